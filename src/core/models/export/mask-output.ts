import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { OnnxWriter } from './onnx-writer'
import type { PictureSize } from './picture-size'
import { resized } from './picture-input'

export interface DecodedValues {
  /** [queries, masks, m, m] logits on the model's square */
  readonly lowRes: string
  /** [queries, masks] */
  readonly predictedIou: string
}

/** Masks that a model of SAM's kind gives for an ambiguous prompt. */
const ambiguousMasks = 3

/** The mask with the highest predicted IoU first: the programs that load these files show the first. */
export function bestFirst(writer: OnnxWriter, decoded: DecodedValues, masks: number): DecodedValues {
  if (masks === 1) return decoded
  const [predictedIou = '', order = ''] = writer.ops(
    'TopK',
    [decoded.predictedIou, writer.int64([masks])],
    2,
    { axis: { int: 1 } },
  )
  const cells = writer.op('Unsqueeze', [order, writer.int64([2, 3])])
  const places = writer.op('Expand', [cells, writer.op('Shape', [decoded.lowRes])])
  const lowRes = writer.op('GatherElements', [decoded.lowRes, places], { axis: { int: 1 } })
  return { predictedIou, lowRes }
}

/**
 * The answer to each query: a lone click may mean many things, and gets the best of the masks for ambiguous prompts.
 *
 * @param labels - [1, queries, points] as given
 */
export function loneClickAmong(
  writer: OnnxWriter,
  labels: string,
  { others, loneClick }: { readonly others: DecodedValues; readonly loneClick: DecodedValues },
): DecodedValues {
  const best = bestFirst(writer, loneClick, ambiguousMasks)
  const first = (value: string): string =>
    writer.op('Slice', [value, writer.int64([0]), writer.int64([1]), writer.int64([1])])
  const count = (isCounted: string): string =>
    writer.op('ReduceSum', [writer.cast(isCounted, 'float'), writer.int64([0, 2])], { keepdims: { int: 0 } })
  const one = writer.float(1)
  const given = count(writer.op('GreaterOrEqual', [labels, writer.float(0)]))
  const clicks = count(writer.op('Equal', [labels, one]))
  const isOne = (value: string): string => writer.op('Equal', [value, one])
  const isLone = writer.op('And', [isOne(given), isOne(clicks)]) // [queries]
  const choose = (axes: readonly number[], yes: string, no: string): string =>
    writer.op('Where', [writer.op('Unsqueeze', [isLone, writer.int64(axes)]), yes, no])
  return {
    lowRes: choose([1, 2, 3], first(best.lowRes), others.lowRes),
    predictedIou: choose([1], first(best.predictedIou), others.predictedIou),
  }
}

/**
 * The logits at the picture's size, as `restoreMask`.
 *
 * @returns [queries, masks, height, width]
 */
export function restored(
  writer: OnnxWriter,
  lowRes: string,
  size: PictureSize,
  { fit, resolution }: Preprocessing,
): string {
  const leading = writer.op('Slice', [writer.op('Shape', [lowRes]), writer.int64([0]), writer.int64([2])])
  const whole = { leading, height: size.height, width: size.width }
  if (fit === 'stretch') return resized(writer, lowRes, whole, 'cubic')
  const side = writer.int64([resolution])
  const square = resized(writer, lowRes, { leading, height: side, width: side }, 'linear')
  const part = writer.op('Slice', [
    square,
    writer.int64([0, 0]),
    writer.concat([size.fittedHeight, size.fittedWidth], 0),
    writer.int64([2, 3]),
  ])
  return resized(writer, part, whole, 'linear')
}
