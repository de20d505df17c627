import type { Preprocessing } from '../../../shared/domain/preprocessing'
import { areaResized } from './area-resize'
import type { OnnxWriter } from './onnx-writer'
import type { PictureSize } from './picture-size'

export function resized(
  writer: OnnxWriter,
  picture: string,
  { leading, height, width }: { leading: string; height: string; width: string },
  mode: 'linear' | 'cubic',
): string {
  const sizes = writer.concat([leading, height, width], 0)
  return writer.op('Resize', [picture, '', '', sizes], {
    mode: { string: mode },
    coordinate_transformation_mode: { string: 'half_pixel' },
    ...(mode === 'cubic' ? { cubic_coeff_a: { float: -0.75 } } : {}),
  })
}

/** What the original script divides by at least, so that a constant picture becomes zeros. */
const leastRange = 1e-8

function stretchedRange(writer: OnnxWriter, picture: string): string {
  const whole = { keepdims: { int: 0 } }
  const least = writer.op('ReduceMin', [picture], whole)
  const range = writer.op('Sub', [writer.op('ReduceMax', [picture], whole), least])
  const divisor = writer.op('Max', [range, writer.float(leastRange)])
  return writer.op('Div', [writer.op('Sub', [picture, least]), divisor])
}

function standardised(writer: OnnxWriter, picture: string, { mean, std }: Preprocessing): string {
  const channels = (values: readonly number[]): string => writer.floats([1, 3, 1, 1], values)
  const centred = mean ? writer.op('Sub', [picture, channels(mean)]) : picture
  return std ? writer.op('Div', [centred, channels(std)]) : centred
}

/**
 * A picture to the model's input, as `preprocessImage` does for an 8-bit picture.
 *
 * @param picture - [1, 3, height, width], value / 255
 * @returns [1, 3, resolution, resolution]
 */
export function modelInput(
  writer: OnnxWriter,
  picture: string,
  size: PictureSize,
  preprocessing: Preprocessing,
): string {
  const { resolution, fit, intensity } = preprocessing
  const minmax = intensity === 'minmax'
  if (fit === 'stretch') {
    const bright = minmax ? stretchedRange(writer, picture) : picture
    const square = { leading: writer.int64([1, 3]), height: size.fittedHeight, width: size.fittedWidth }
    return standardised(writer, resized(writer, bright, square, 'linear'), preprocessing)
  }
  const small = areaResized(writer, picture, size)
  const bright = minmax ? stretchedRange(writer, small) : writer.op('Div', [small, writer.float(255)])
  const side = writer.int64([resolution])
  const pads = writer.concat(
    [
      writer.int64([0, 0, 0, 0, 0, 0]),
      writer.op('Sub', [side, size.fittedHeight]),
      writer.op('Sub', [side, size.fittedWidth]),
    ],
    0,
  )
  return writer.op('Pad', [standardised(writer, bright, preprocessing), pads])
}
