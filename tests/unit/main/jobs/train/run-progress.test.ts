import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { Parameters } from '../../../../../src/core/training/parameters'
import { progressFrom } from '../../../../../src/main/jobs/train/run-progress'
import { readSavedRun } from '../../../../../src/main/jobs/train/saved-state'
import { presets } from '../../../../../src/shared/domain/training-options'

const name = 'train_zip.pth'
const bytes = readFileSync(new URL(`../../../../fixtures/6-checkpoint/${name}`, import.meta.url))
const { recipe } = presets.full

describe('the learning rate of a run that goes on from the original script', () => {
  const resumed = readSavedRun(new Uint8Array(bytes), name)
  const parameters = Parameters.from(resumed.checkpoint.model)

  test('is the file’s own where none was asked for', () => {
    const { state } = progressFrom(resumed, parameters, { ...recipe, learningRate: 2e-4 }, {})

    expect(state.schedule.learningRate).toBe(5e-5)
  })

  test('is the one that was asked for', () => {
    const asked = { learningRate: 3e-6 }

    const { state } = progressFrom(resumed, parameters, { ...recipe, ...asked }, asked)

    expect(state.schedule.learningRate).toBe(3e-6)
  })
})
