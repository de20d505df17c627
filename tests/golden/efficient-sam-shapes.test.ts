import { describe, expect, it } from 'vitest'
import { efficientSamMismatch, efficientSamShapes } from '../../src/core/models/efficient-sam/shapes'
import { float32 } from '../../src/core/tensor/tensor'
import { formulaStateDict, stateDictFixture } from './formula-weights'

describe('the shapes of an EfficientSAM', () => {
  it.each([
    ['ti', { encoderDim: 192, mlpDim: 768, depth: 12 }],
    ['s', { encoderDim: 384, mlpDim: 1536, depth: 12 }],
    ['nano', { encoderDim: 64, mlpDim: 256, depth: 3 }],
  ] as const)('of %s are those of the official file, in its order', (config, encoder) => {
    const official = stateDictFixture(config).tensors.map(({ name, shape }) => [name, shape])
    const decoder = {
      decoderDim: 256,
      decoderDepth: 2,
      decoderMlpDim: 2048,
      attentionDim: 128,
      iouHidden: 256,
    }

    const shapes = efficientSamShapes({ ...encoder, ...decoder, maskTokens: 4, upscalingDims: [64, 32] })

    expect(shapes).toEqual(official)
  })

  it('are recognised at every size', () => {
    expect(efficientSamMismatch(formulaStateDict('pico'))).toBeNull()
    expect(efficientSamMismatch(formulaStateDict('nano'))).toBeNull()
  })

  it('say what does not fit', () => {
    const weights = formulaStateDict('pico')
    const without = new Map(
      [...weights].filter(([name]) => name !== 'mask_decoder.iou_prediction_head.fc.bias'),
    )
    const wrong = new Map([...weights, ['image_encoder.neck.1.bias', float32([3], [1, 2, 3])]])
    const more = new Map([...weights, ['pixel_mean', float32([1], [0])]])

    expect(efficientSamMismatch(without)).toBe('there is no tensor mask_decoder.iou_prediction_head.fc.bias')
    expect(efficientSamMismatch(wrong)).toBe('image_encoder.neck.1.bias is [3] instead of [16]')
    expect(efficientSamMismatch(more)).toBe('the tensor pixel_mean is unknown')
    expect(efficientSamMismatch(new Map([['w', float32([1], [0])]]))).toBe(
      'there is no tensor image_encoder.pos_embed',
    )
  })
})
