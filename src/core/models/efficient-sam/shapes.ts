/**
 * The names and shapes of an EfficientSAM state dict, derived from its own sizes. The official loader is strict, so a
 * file with one name more, less or of another shape is not such a model.
 */
import type { Shape } from '../../tensor/shape'
import { sameShape } from '../../tensor/shape'
import type { StateDict } from '../../tensor/state-dict'
import { inOrder } from '../../tensor/state-dict'
import { invariant } from '../../../shared/errors'

type Entry = readonly [name: string, shape: Shape]

/** What is wrong with these weights, in words for the user; null when they are an EfficientSAM of any size. */
export function efficientSamMismatch(state: StateDict): string | null {
  const sizes = sizesOf(state)
  if (typeof sizes === 'string') return sizes
  const expected = new Map(efficientSamShapes(sizes))
  for (const [name, shape] of expected) {
    const actual = state.get(name)?.shape
    if (!actual) return `there is no tensor ${name}`
    if (!sameShape(actual, shape)) return `${name} is [${actual.join(', ')}] instead of [${shape.join(', ')}]`
  }
  const stranger = [...state.keys()].find(name => !expected.has(name))
  return stranger === undefined ? null : `the tensor ${stranger} is unknown`
}

export interface EfficientSamSizes {
  readonly encoderDim: number
  readonly depth: number
  readonly mlpDim: number
  readonly decoderDim: number
  readonly decoderDepth: number
  readonly decoderMlpDim: number
  readonly attentionDim: number
  readonly upscalingDims: readonly [number, number]
  readonly maskTokens: number
  readonly iouHidden: number
}

/** @returns the sizes, or what is missing, in words for the user */
export function sizesOf(state: StateDict): EfficientSamSizes | string {
  const missing: string[] = []
  const size = (name: string, axis: number): number => {
    const dimension = state.get(name)?.shape[axis]
    if (dimension === undefined) missing.push(name)
    return dimension ?? 0
  }
  const count = (pattern: RegExp) =>
    [...state.keys()].reduce((most, name) => Math.max(most, 1 + Number(pattern.exec(name)?.[1] ?? -1)), 0)
  const sizes: EfficientSamSizes = {
    encoderDim: size('image_encoder.pos_embed', 2),
    depth: count(/^image_encoder\.blocks\.(\d{1,3})\./),
    mlpDim: size('image_encoder.blocks.0.mlp.fc1.weight', 0),
    decoderDim: size('mask_decoder.iou_token.weight', 1),
    decoderDepth: count(/^mask_decoder\.transformer\.layers\.(\d{1,3})\./),
    decoderMlpDim: size('mask_decoder.transformer.layers.0.mlp.layers.0.0.weight', 0),
    attentionDim: size('mask_decoder.transformer.final_attn_token_to_image.q_proj.weight', 0),
    upscalingDims: [
      size('mask_decoder.final_output_upscaling_layers.0.0.weight', 1),
      size('mask_decoder.final_output_upscaling_layers.1.0.weight', 1),
    ],
    maskTokens: size('mask_decoder.mask_tokens.weight', 0),
    iouHidden: size('mask_decoder.iou_prediction_head.layers.0.0.weight', 0),
  }
  return missing[0] === undefined ? sizes : `there is no tensor ${missing[0]}`
}

/** In the order of the official file. */
export function efficientSamShapes(sizes: EfficientSamSizes): Entry[] {
  return [...imageEncoder(sizes), ...promptEncoder(sizes), ...maskDecoder(sizes)]
}

/** The same weights in the order of the official file, which is also the optimiser's: a safetensors file has its own. */
export function inOfficialOrder(state: StateDict): StateDict {
  const sizes = sizesOf(state)
  invariant(typeof sizes !== 'string', 'the weights are those of an EfficientSAM')
  return inOrder(
    state,
    efficientSamShapes(sizes).map(([name]) => name),
  )
}

const under = (prefix: string, entries: readonly Entry[]): Entry[] =>
  entries.map(([name, shape]) => [`${prefix}.${name}`, shape])

const linear = (name: string, outputs: number, inputs: number): Entry[] => [
  [`${name}.weight`, [outputs, inputs]],
  [`${name}.bias`, [outputs]],
]

const norm = (name: string, width: number): Entry[] => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
]

const range = (length: number) => Array.from({ length }, (_, i) => i)

function imageEncoder({ encoderDim: dim, depth, mlpDim, decoderDim }: EfficientSamSizes): Entry[] {
  const block = [
    ...norm('norm1', dim),
    ...linear('attn.qkv', 3 * dim, dim),
    ...linear('attn.proj', dim, dim),
    ...norm('norm2', dim),
    ...linear('mlp.fc1', mlpDim, dim),
    ...linear('mlp.fc2', dim, mlpDim),
  ]
  return under('image_encoder', [
    ['pos_embed', [1, 14 * 14 + 1, dim]],
    ['patch_embed.proj.weight', [dim, 3, 16, 16]],
    ['patch_embed.proj.bias', [dim]],
    ...range(depth).flatMap(i => under(`blocks.${i}`, block)),
    ['neck.0.weight', [decoderDim, dim, 1, 1]],
    ...norm('neck.1', decoderDim),
    ['neck.2.weight', [decoderDim, decoderDim, 3, 3]],
    ...norm('neck.3', decoderDim),
  ])
}

function promptEncoder({ decoderDim: dim }: EfficientSamSizes): Entry[] {
  const learned = [
    'invalid_points',
    'point_embeddings',
    'bbox_top_left_embeddings',
    'bbox_bottom_right_embeddings',
  ]
  return under('prompt_encoder', [
    ['pe_layer.positional_encoding_gaussian_matrix', [2, dim / 2]],
    ...learned.map((name): Entry => [`${name}.weight`, [1, dim]]),
  ])
}

function maskDecoder(sizes: EfficientSamSizes): Entry[] {
  const { decoderDim: dim, upscalingDims, maskTokens, iouHidden } = sizes
  const [first, second] = upscalingDims
  const head = (name: string, outputs: number, hidden: number) =>
    under(name, [
      ...linear('layers.0.0', hidden, dim),
      ...linear('layers.1.0', hidden, hidden),
      ...linear('fc', outputs, hidden),
    ])
  return under('mask_decoder', [
    ...under('transformer', transformer(sizes)),
    ['iou_token.weight', [1, dim]],
    ['mask_tokens.weight', [maskTokens, dim]],
    ['final_output_upscaling_layers.0.0.weight', [dim, first, 2, 2]],
    ['final_output_upscaling_layers.0.0.bias', [first]],
    ...norm('final_output_upscaling_layers.0.1', first),
    ['final_output_upscaling_layers.1.0.weight', [first, second, 2, 2]],
    ['final_output_upscaling_layers.1.0.bias', [second]],
    ...range(maskTokens).flatMap(i => head(`output_hypernetworks_mlps.${i}`, second, dim)),
    ...head('iou_prediction_head', maskTokens, iouHidden),
  ])
}

function transformer({
  decoderDim: dim,
  decoderDepth,
  decoderMlpDim,
  attentionDim,
}: EfficientSamSizes): Entry[] {
  const attention = (name: string, inner: number) =>
    under(name, [
      ...['q_proj', 'k_proj', 'v_proj'].flatMap(projection => linear(projection, inner, dim)),
      ...linear('out_proj', dim, inner),
    ])
  const layer = [
    ...attention('self_attn', dim),
    ...norm('norm1', dim),
    ...attention('cross_attn_token_to_image', attentionDim),
    ...norm('norm2', dim),
    ...linear('mlp.layers.0.0', decoderMlpDim, dim),
    ...linear('mlp.fc', dim, decoderMlpDim),
    ...norm('norm3', dim),
    ...norm('norm4', dim),
    ...attention('cross_attn_image_to_token', attentionDim),
  ]
  return [
    ...range(decoderDepth).flatMap(i => under(`layers.${i}`, layer)),
    ...attention('final_attn_token_to_image', attentionDim),
    ...norm('norm_final_attn', dim),
  ]
}
