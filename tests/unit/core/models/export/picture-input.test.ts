import { describe, expect, it } from 'vitest'
import { preprocessImage } from '../../../../../src/core/imaging/preprocess'
import { encodeOnnxFile } from '../../../../../src/core/models/export/onnx-file'
import { OnnxWriter } from '../../../../../src/core/models/export/onnx-writer'
import { modelInput } from '../../../../../src/core/models/export/picture-input'
import { pictureSizeOf } from '../../../../../src/core/models/export/picture-size'
import type { Preprocessing } from '../../../../../src/shared/domain/preprocessing'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import { formulaImage } from '../../../../golden/formula-weights'
import { batchedImages, floatsOf, runExported } from './exported-session'

/** The preprocessing alone as a file. */
function fileOf(preprocessing: Preprocessing): Uint8Array {
  const writer = new OnnxWriter()
  const size = pictureSizeOf(
    writer,
    [writer.sizeOf('picture', 2), writer.sizeOf('picture', 3)],
    preprocessing,
  )
  writer.output(modelInput(writer, 'picture', size, preprocessing), 'input')
  return encodeOnnxFile(writer, {
    name: 'preprocessing',
    inputs: [{ name: 'picture', type: 'float', shape: [1, 3, 'height', 'width'] }],
    outputs: [{ name: 'input', type: 'float', shape: [1, 3, 256, 256] }],
    metadata: {},
  })
}

const raw = { ...officialPreprocessing, resolution: 256, intensity: 'minmax', mean: null, std: null } as const
const pictures = ['s0:128x128', 's2:200x200', 's3:33x250', 's1:512x512', 's1:400x640', 's2:600x333', 's4:256x256', 's2:180x300', 's4:768x512', 's1:301x233'] // prettier-ignore

describe('a picture to the input of the model', () => {
  const padded = fileOf({ ...raw, fit: 'pad' })
  const stretched = fileOf({ ...raw, fit: 'stretch' })

  it.each(pictures)('is resized by area as our own code does it, and padded with zeros (%s)', async spec => {
    const { input } = preprocessImage(formulaImage(spec), { ...raw, fit: 'pad' })

    const outputs = await runExported(padded, { picture: batchedImages(formulaImage(spec)) })

    // A mean of exactly half a grey level is rounded by the last bit of a sum: one level, and for few pixels.
    const differences = floatsOf(outputs['input']).map((value, at) =>
      Math.abs(value - (input.data[at] ?? NaN)),
    )
    expect(Math.max(...new Set(differences))).toBeLessThan(1 / 200)
    expect(differences.filter(difference => difference > 1e-6).length).toBeLessThan(20)
  })

  it.each(pictures)('is stretched to the square as our own code does it (%s)', async spec => {
    const { input } = preprocessImage(formulaImage(spec), { ...raw, fit: 'stretch' })

    const outputs = await runExported(stretched, { picture: batchedImages(formulaImage(spec)) })

    const differences = floatsOf(outputs['input']).map((value, at) =>
      Math.abs(value - (input.data[at] ?? NaN)),
    )
    expect(Math.max(...new Set(differences))).toBeLessThan(2e-5)
  })

  it('is all zeros where the picture has one value, not undefined', async () => {
    const grey = { dtype: 'uint8', shape: [40, 30, 3], data: new Uint8Array(3600).fill(9) } as const

    const outputs = await runExported(padded, { picture: batchedImages(grey) })

    expect(new Set(floatsOf(outputs['input']))).toEqual(new Set([0]))
  })
})
