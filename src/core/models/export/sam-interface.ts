import type { Exportable } from './exportable'
import type { FileValue, OnnxFile } from './onnx-file'
import { encodeOnnxFile } from './onnx-file'
import { writeDecoder, writeEncoder } from './onnx-models'
import { OnnxWriter } from './onnx-writer'
import { pictureSizeOf } from './picture-size'

/**
 * The pair of files that X-AnyLabeling's `efficientvit_sam` loads: SAM's names, the picture as bytes, points already
 * scaled to SAM's square, an embedding of SAM's size.
 *
 * @see https://github.com/CVHub520/X-AnyLabeling, anylabeling/services/auto_labeling/efficientvit_sam.py
 */

/** Side of the square that points are scaled to; `target_size` in the settings. */
export const samSide = 1024
/** What the program insists on: [1, 256, 64, 64]. A smaller embedding lies in its top left corner. */
const samEmbedding = { channels: 256, side: 64 } as const

const picture: FileValue = { name: 'input_image', type: 'uint8', shape: ['image_height', 'image_width', 3] }
const embedding: FileValue = {
  name: 'image_embeddings',
  type: 'float',
  shape: [1, samEmbedding.channels, samEmbedding.side, samEmbedding.side],
}
const decoderInputs: readonly FileValue[] = [
  embedding,
  { name: 'point_coords', type: 'float', shape: [1, 'num_points', 2] },
  { name: 'point_labels', type: 'float', shape: [1, 'num_points'] },
  // Given by the program, always empty.
  { name: 'mask_input', type: 'float', shape: [1, 1, 256, 256] },
  { name: 'has_mask_input', type: 'float', shape: [1] },
  { name: 'orig_im_size', type: 'float', shape: [2] },
]

/** Whether the embedding fits into that of SAM. */
export function fitsSam({ embeddingShape }: Exportable): boolean {
  const [, channels, height = 0] = embeddingShape
  return channels === samEmbedding.channels && height <= samEmbedding.side
}

const sideOf = ({ embeddingShape }: Exportable): number => embeddingShape[2] ?? 0

export function samEncoder(model: Exportable, metadata: OnnxFile['metadata']): Uint8Array {
  const writer = new OnnxWriter()
  const floats = writer.op('Div', [writer.cast(picture.name, 'float'), writer.float(255)])
  const planes = writer.op('Transpose', [floats], { perm: { ints: [2, 0, 1] } })
  const size = (axis: number): string => writer.sizeOf(picture.name, axis)
  const image = writer.op('Unsqueeze', [planes, writer.int64([0])])
  const encoded = writeEncoder(
    writer,
    model,
    image,
    pictureSizeOf(writer, [size(0), size(1)], model.preprocessing),
  )
  const missing = samEmbedding.side - sideOf(model)
  const padded = writer.op('Pad', [encoded, writer.int64([0, 0, 0, 0, 0, 0, missing, missing])])
  writer.output(padded, embedding.name)
  return encodeOnnxFile(writer, { name: 'encoder', inputs: [picture], outputs: [embedding], metadata })
}

/** Points as the program gives them, back in pixels of the picture: [1, 1, points, 2]. */
function pointsOfPicture(writer: OnnxWriter, height: string, width: string, model: Exportable): string {
  const scaled = pictureSizeOf(writer, [height, width], {
    ...model.preprocessing,
    fit: 'pad',
    resolution: samSide,
  })
  const pair = (x: string, y: string): string => writer.cast(writer.concat([x, y], 0), 'float')
  const ratio = writer.op('Div', [pair(width, height), pair(scaled.fittedWidth, scaled.fittedHeight)])
  return writer.op('Unsqueeze', [writer.op('Mul', ['point_coords', ratio]), writer.int64([1])])
}

export function samDecoder(model: Exportable, metadata: OnnxFile['metadata']): Uint8Array {
  const writer = new OnnxWriter()
  const [height = '', width = ''] = writer.ops('Split', [writer.cast('orig_im_size', 'int64')], 2, {
    axis: { int: 0 },
  })
  const side = sideOf(model)
  const own = writer.op('Slice', [
    embedding.name,
    writer.int64([0, 0]),
    writer.int64([side, side]),
    writer.int64([2, 3]),
  ])
  const { masks, predictedIou, lowRes } = writeDecoder(writer, model, {
    embedding: own,
    coords: pointsOfPicture(writer, height, width, model),
    labels: writer.op('Unsqueeze', ['point_labels', writer.int64([1])]),
    size: pictureSizeOf(writer, [height, width], model.preprocessing),
  })
  writer.output(masks, 'masks')
  writer.output(predictedIou, 'iou_predictions')
  writer.output(lowRes, 'low_res_masks')
  const outputs: FileValue[] = [
    { name: 'masks', type: 'float', shape: [1, model.masks, 'image_height', 'image_width'] },
    { name: 'iou_predictions', type: 'float', shape: [1, model.masks] },
    { name: 'low_res_masks', type: 'float', shape: [1, model.masks, 4 * side, 4 * side] },
  ]
  return encodeOnnxFile(writer, { name: 'decoder', inputs: decoderInputs, outputs, metadata })
}
