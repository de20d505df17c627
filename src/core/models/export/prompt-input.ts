import type { Exportable } from './exportable'
import { exportedLabels } from './exportable'
import type { OnnxWriter } from './onnx-writer'
import type { PictureSize } from './picture-size'

export interface PromptValues {
  /** [queries, tokens, 2], pixels of the model's square */
  readonly points: string
  /** [queries, tokens, columns] */
  readonly labels: string
  /** [1] of int64 */
  readonly queries: string
  readonly tokens: string
}

/** As `promptTokens`: scaled to the square; a negative coordinate becomes -1. */
function onSquare(writer: OnnxWriter, points: string, size: PictureSize): string {
  const pair = (x: string, y: string): string => writer.cast(writer.concat([x, y], 0), 'float')
  const scaled = writer.op('Div', [
    writer.op('Mul', [points, pair(size.fittedWidth, size.fittedHeight)]),
    pair(size.width, size.height),
  ])
  const isInside = writer.op('GreaterOrEqual', [points, writer.float(0)])
  return writer.op('Where', [isInside, scaled, writer.float(-1)])
}

/** How many tokens of padding stand behind the points, [1] of int64. */
function paddingCount(
  writer: OnnxWriter,
  labels: string,
  count: string,
  padding: Exportable['padding'],
): string {
  if (padding !== 'behind-clicks') {
    const missing = writer.op('Sub', [writer.int64([padding.slots]), count])
    return writer.op('Max', [missing, writer.int64([0])])
  }
  const isCorner = writer.cast(writer.op('GreaterOrEqual', [labels, writer.float(2)]), 'int64')
  const hasBox = writer.op('ReduceMax', [isCorner], { keepdims: { int: 0 } })
  return writer.op('Sub', [writer.int64([1]), hasBox])
}

/**
 * The prompts of other programs as the decoder takes them. No point is cut: more points make more tokens.
 *
 * @param coords - [1, queries, points, 2], pixels of the picture
 * @param labels - [1, queries, points]: 1 a click, 0 a click on what is not meant, 2 and 3 corners, -1 padding
 */
export function promptValues(
  writer: OnnxWriter,
  { coords, labels }: { readonly coords: string; readonly labels: string },
  size: PictureSize,
  model: Exportable,
): PromptValues {
  const queries = writer.sizeOf(coords, 1)
  const count = writer.sizeOf(coords, 2)
  const points = onSquare(writer, writer.op('Squeeze', [coords, writer.int64([0])]), size)
  const kinds = writer.op('Squeeze', [labels, writer.int64([0])])
  const padding = paddingCount(writer, kinds, count, model.padding)
  const minusOne = writer.float(-1)
  const padded = (value: string, before: readonly number[], after: readonly number[]): string =>
    writer.op('Pad', [
      value,
      writer.concat([writer.int64(before), padding, ...(after.length ? [writer.int64(after)] : [])], 0),
      minusOne,
    ])
  const paddedKinds = padded(kinds, [0, 0, 0], [])
  const asked = writer.op('Unsqueeze', [paddedKinds, writer.int64([2])]) // [queries, tokens, 1]
  const isLabel = writer.cast(
    writer.op('Equal', [asked, writer.floats([exportedLabels.length], exportedLabels)]),
    'float',
  )
  const { columns, values } = model.labelRows
  return {
    points: padded(points, [0, 0, 0, 0], [0]),
    labels: writer.op('MatMul', [isLabel, writer.floats([exportedLabels.length, columns], values)]),
    queries,
    tokens: writer.op('Add', [count, padding]),
  }
}
