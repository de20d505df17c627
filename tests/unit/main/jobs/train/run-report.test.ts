import { expect, test } from 'vitest'
import { limitsOf } from '../../../../../src/main/jobs/train/run-report'
import { presets } from '../../../../../src/shared/domain/training-options'

test('a model card says that validation had its say only where it chose the epoch', () => {
  const limits = (preset: 'quick' | 'seed') => limitsOf({ preset, recipe: presets[preset].recipe }).join('\n')

  expect(limits('quick')).toContain('Validation chose the best epoch')
  expect(limits('seed')).not.toContain('Validation chose')
  expect(limits('seed')).toContain('The lowest training loss chose the best epoch')
})
