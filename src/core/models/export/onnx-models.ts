import type { Exportable } from './exportable'
import type { DecodedValues } from './mask-output'
import { bestFirst, loneClickAmong, restored } from './mask-output'
import type { FileValue, OnnxFile } from './onnx-file'
import { encodeOnnxFile } from './onnx-file'
import { OnnxWriter } from './onnx-writer'
import { writeGraph, writeOpenGraph } from './open-sizes'
import { modelInput } from './picture-input'
import type { PictureSize } from './picture-size'
import { pictureSizeOf } from './picture-size'
import { withPlainAttention } from './portable-nodes'
import { promptValues } from './prompt-input'

type Metadata = OnnxFile['metadata']

const images: FileValue = { name: 'batched_images', type: 'float', shape: [1, 3, 'height', 'width'] }
const coords: FileValue = {
  name: 'batched_point_coords',
  type: 'float',
  shape: [1, 'num_queries', 'num_points', 2],
}
const labels: FileValue = {
  name: 'batched_point_labels',
  type: 'float',
  shape: [1, 'num_queries', 'num_points'],
}

const embeddings = ({ embeddingShape }: Exportable): FileValue => ({
  name: 'image_embeddings',
  type: 'float',
  shape: embeddingShape,
})

/** Three outputs, as the official export has: programs unpack exactly so many. */
function maskOutputs({ masks, embeddingShape }: Exportable): FileValue[] {
  const side = 4 * (embeddingShape[2] ?? 0)
  return [
    { name: 'output_masks', type: 'float', shape: [1, 'num_queries', masks, 'height', 'width'] },
    { name: 'iou_predictions', type: 'float', shape: [1, 'num_queries', masks] },
    { name: 'low_res_masks', type: 'float', shape: ['num_queries', masks, side, side] },
  ]
}

const weightOf =
  (writer: OnnxWriter, { parameters }: Exportable) =>
  (name: string): string =>
    writer.weight(name, parameters.get(name))

/** @returns the embedding of a picture, [1, channels, side, side] */
export function writeEncoder(
  writer: OnnxWriter,
  model: Exportable,
  picture: string,
  size: PictureSize,
): string {
  const image = modelInput(writer, picture, size, model.preprocessing)
  const weight = weightOf(writer, model)
  const graph = withPlainAttention(model.encoder)
  const { embedding = '' } = writeGraph(writer, graph, name => (name === 'image' ? image : weight(name)))
  return embedding
}

export interface DecoderValues {
  readonly embedding: string
  /** [1, queries, points, 2], pixels of the picture */
  readonly coords: string
  /** [1, queries, points] */
  readonly labels: string
  readonly size: PictureSize
}

export interface MaskValues {
  /** [queries, masks, height, width], best first */
  readonly masks: string
  /** [queries, masks] */
  readonly predictedIou: string
  /** [queries, masks, m, m] */
  readonly lowRes: string
}

export function writeDecoder(writer: OnnxWriter, model: Exportable, given: DecoderValues): MaskValues {
  const weight = weightOf(writer, model)
  const { queries, tokens, ...prompts } = promptValues(writer, given, given.size, model)
  const { keyPosition = '' } = writeGraph(writer, model.keyPosition, weight)
  const named = new Map(Object.entries({ ...prompts, keyPosition, embedding: given.embedding }))
  const decode = (build: Exportable['decoder']): DecodedValues => {
    const inputs = (name: string): string => named.get(name) ?? weight(name)
    const written = writeOpenGraph(writer, build, { inputs, sizes: { queries, tokens } })
    return { lowRes: written['lowRes'] ?? '', predictedIou: written['predictedIou'] ?? '' }
  }
  const decoded = decode(model.decoder)
  const best = model.loneClick
    ? loneClickAmong(writer, given.labels, { others: decoded, loneClick: decode(model.loneClick) })
    : bestFirst(writer, decoded, model.masks)
  return { ...best, masks: restored(writer, best.lowRes, given.size, model.preprocessing) }
}

function writeMaskOutputs(writer: OnnxWriter, { masks, predictedIou, lowRes }: MaskValues): void {
  const batched = (value: string): string => writer.op('Unsqueeze', [value, writer.int64([0])])
  writer.output(batched(masks), 'output_masks')
  writer.output(batched(predictedIou), 'iou_predictions')
  writer.output(lowRes, 'low_res_masks')
}

const sizeOfImages = (writer: OnnxWriter, model: Exportable): PictureSize => {
  const size = (axis: number): string => writer.sizeOf(images.name, axis)
  return pictureSizeOf(writer, [size(2), size(3)], model.preprocessing)
}

/** The whole model in one file: a picture and prompts to masks. */
export function wholeModel(model: Exportable, metadata: Metadata): Uint8Array {
  const writer = new OnnxWriter()
  const size = sizeOfImages(writer, model)
  const embedding = writeEncoder(writer, model, images.name, size)
  const prompts = { coords: coords.name, labels: labels.name }
  writeMaskOutputs(writer, writeDecoder(writer, model, { embedding, size, ...prompts }))
  const inputs = [images, coords, labels]
  return encodeOnnxFile(writer, { name: 'model', inputs, outputs: maskOutputs(model), metadata })
}

/** A picture to its embedding. */
export function encoderModel(model: Exportable, metadata: Metadata): Uint8Array {
  const writer = new OnnxWriter()
  const output = embeddings(model)
  writer.output(writeEncoder(writer, model, images.name, sizeOfImages(writer, model)), output.name)
  return encodeOnnxFile(writer, { name: 'encoder', inputs: [images], outputs: [output], metadata })
}

/** An embedding, prompts and the picture's size to masks. */
export function decoderModel(model: Exportable, metadata: Metadata): Uint8Array {
  const writer = new OnnxWriter()
  const embedding = embeddings(model)
  const pictureSize: FileValue = { name: 'orig_im_size', type: 'int64', shape: [2] }
  const [height = '', width = ''] = writer.ops('Split', [pictureSize.name], 2, { axis: { int: 0 } })
  const size = pictureSizeOf(writer, [height, width], model.preprocessing)
  const prompts = { coords: coords.name, labels: labels.name }
  writeMaskOutputs(writer, writeDecoder(writer, model, { embedding: embedding.name, size, ...prompts }))
  const inputs = [embedding, coords, labels, pictureSize]
  return encodeOnnxFile(writer, { name: 'decoder', inputs, outputs: maskOutputs(model), metadata })
}
