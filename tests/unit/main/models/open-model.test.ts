import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { JsonObject } from '../../../../src/core/checkpoint'
import { writeSafetensors, writeTrainingCheckpoint } from '../../../../src/core/checkpoint'
import { openModel } from '../../../../src/main/models/open-model'
import { bundledModel } from '../../../../src/shared/domain/evaluation'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'
import { folderWith } from '../support/folders'

/** A checkpoint whose encoder is 64 wide: not a width of the official models. */
function checkpointWith(extra: JsonObject): string {
  const rest = { epoch: null, optimizer: null, loss: null, bestLoss: null }
  const preprocessing = { ...officialPreprocessing, resolution: 128 }
  const bytes = writeTrainingCheckpoint({ model: formulaStateDict('nano'), preprocessing, extra, ...rest })
  return join(folderWith({ 'nano.pth': bytes }), 'nano.pth')
}

describe('the heads of an encoder', () => {
  test('are assumed aloud where neither the file nor the width says how many they are', async () => {
    const file = checkpointWith({})

    const { model, notes } = await openModel(file)

    expect(model.config).toMatchObject({ encoderHeads: 1, decoderHeads: 8 })
    expect(notes).toEqual([
      `${file} does not say how many heads its encoder has; 1 is assumed (64 channels each).`,
    ])
  })

  test('are those that the file stores', async () => {
    const { model, notes } = await openModel(checkpointWith({ encoderHeads: 2, decoderHeads: 4 }))

    expect(model.config).toMatchObject({ encoderHeads: 2, decoderHeads: 4 })
    expect(notes).toEqual([])
  })

  test('of a model with a known width need no note', async () => {
    const { model, notes } = await openModel(bundledModel)

    expect(model.config).toMatchObject({ encoderHeads: 3 })
    expect(notes).toEqual([])
  })

  test.each([
    [{ encoderHeads: 3 }, 'the encoder is 64 channels wide, which 3 heads cannot share'],
    [{ encoderHeads: 0 }, 'the encoder is 64 channels wide, which 0 heads cannot share'],
    [{ encoderHeads: 0.5 }, 'the encoder is 64 channels wide, which 0.5 heads cannot share'],
    [{ encoderHeads: 2, decoderHeads: 3 }, 'the decoder is 256 channels wide, which 3 heads cannot share'],
    [
      { encoderHeads: 2, decoderHeads: 256 },
      "the decoder's attention is 128 channels wide, which 256 heads cannot share",
    ],
  ])('must share the channels evenly: %o', async (extra, reason) => {
    const file = checkpointWith(extra)

    await expect(openModel(file)).rejects.toMatchObject({
      code: 'WRONG_CHECKPOINT',
      data: { file, reason },
    })
  })
})

// torch keys its optimiser's moments by a weight's place; safetensors files of other programs have another order.
test('the weights stand in the order of the official code, however a file stores them', async () => {
  const official = formulaStateDict('nano')
  const sorted = new Map([...official].sort(([a], [b]) => (a < b ? -1 : 1)))
  const metadata = { preprocessing: JSON.stringify({ ...officialPreprocessing, resolution: 128 }) }
  const bytes = writeSafetensors({ tensors: sorted, metadata })
  const file = join(folderWith({ 'sorted.safetensors': bytes }), 'sorted.safetensors')

  const { model } = await openModel(file)

  expect([...sorted.keys()]).not.toEqual([...official.keys()])
  expect(model.parameters.entries.map(({ name }) => name)).toEqual([...official.keys()])
  const differing = [...official].filter(([name, { data }]) => {
    const own = model.parameters.get(name).data
    return data.some((value, index) => value !== own[index])
  })
  expect(differing).toEqual([])
})
