import { describe, expect, test } from 'vitest'
import { TrainOptions } from '../../../../src/shared/commands/training'
import { presets, recipeOf, TrainingRecipe } from '../../../../src/shared/domain/training-options'

describe('a recipe', () => {
  test.each(Object.keys(presets) as (keyof typeof presets)[])(
    'of preset %s is valid as it stands',
    preset => {
      expect(recipeOf(preset, {})).toEqual(presets[preset].recipe)
    },
  )

  test('takes what was changed and nothing else; an absent flag changes nothing', () => {
    expect(recipeOf('quick', { epochs: 3, flips: undefined, resolution: 512, pointShare: 0 })).toEqual({
      ...presets.quick.recipe,
      epochs: 3,
      resolution: 512,
      pointShare: 0,
    })
  })

  test.each([
    ['epochs', [1, 100_000], [0, 1.5, 100_001, NaN]],
    ['batchSize', [1, 1024], [0, 1025]],
    ['learningRate', [1e-9, 1], [0, -1, 1.1, Infinity]],
    ['plateauFactor', [0.1, 0.99], [0, 1]],
    ['pointShare', [0, 1], [-0.1, 1.1]],
    ['validationFraction', [0.01, 0.99], [0, 1]],
    ['resolution', [64, 1024, null], [60, 65, 4096]],
    ['stopPatience', [0, 7], [-1, 0.5]],
    ['seed', [0, 2 ** 31], [-1, 2 ** 31 + 1]],
  ] as const)('keeps %s within its range', (name, good, bad) => {
    for (const value of good) expect(recipeOf('full', { [name]: value })).toMatchObject({ [name]: value })
    for (const value of bad) expect(() => recipeOf('full', { [name]: value })).toThrow(name)
  })

  test('of preset seed is that of the original script', () => {
    expect(presets.seed).toMatchObject({
      trainedSteps: Infinity,
      bestBy: 'loss',
      preprocessing: { fit: 'pad', intensity: 'minmax' },
      recipe: {
        ...{ epochs: 10, batchSize: 4, learningRate: 5e-5, weightDecay: 0.01, stopPatience: 0 },
        ...{ plateauFactor: 0.9, plateauPatience: 5, boxJitter: 5, pointShare: 0, clickShare: 0 },
        ...{ flips: true, maskLoss: 'all', iouTarget: 'per-mask', resolution: null },
      },
    })
  })

  test('of preset balanced lies between those of quick and full', () => {
    const [quick, balanced, full] = [presets.quick, presets.balanced, presets.full]
    for (const figure of ['epochs', 'learningRate', 'stopPatience'] as const) {
      expect(balanced.recipe[figure], figure).toBeLessThan(quick.recipe[figure])
      expect(balanced.recipe[figure], figure).toBeGreaterThan(full.recipe[figure])
    }
    expect(balanced.trainedSteps).toBeGreaterThan(quick.trainedSteps)
    expect(balanced.recipe.flips).toBe(false)
  })

  test('describes every option with its reason, and its defaults in the command’s flags', () => {
    for (const [name, field] of Object.entries(TrainingRecipe.shape)) {
      const { description, reason } = field.meta() ?? {}
      expect(description, name).toBeTruthy()
      expect(reason, name).toMatch(/^[A-Z0-9].*\.$/)
    }
    expect(TrainOptions.shape.epochs.meta()?.description).toContain(
      '(quick: 25, balanced: 15, full: 10, seed: 10)',
    )
    expect(TrainOptions.shape.batchSize.meta()?.description).toContain('(default: 4)')
  })

  test('is optional flag by flag on the command', () => {
    const options = TrainOptions.parse({ data: 'd', out: 'o', epochs: 2 })

    expect(options).toMatchObject({ preset: 'quick', epochs: 2, task: 'slicetune', sanityCheck: false })
    expect(options.batchSize).toBeUndefined()
    expect(TrainOptions.safeParse({ data: 'd', out: 'o', task: '../x' }).success).toBe(false)
  })
})
