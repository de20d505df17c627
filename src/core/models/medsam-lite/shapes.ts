/**
 * The names and shapes of a LiteMedSAM state dict in the order of the official file, which is also the optimiser's. The
 * official loader is strict, so a file with one name more, less or of another shape is not such a model.
 */
import type { Shape } from '../../tensor/shape'
import { sameShape } from '../../tensor/shape'
import type { StateDict } from '../../tensor/state-dict'
import { inOrder } from '../../tensor/state-dict'
import type { EncoderStage, MedSamLiteConfig } from './config'
import { isBuffer } from '../buffers'
import { expansion } from './conv-stage'

type Entry = readonly [name: string, shape: Shape]

/** What is wrong with these weights, in words for the user; null when they fit the sizes. */
export function medSamLiteMismatch(state: StateDict, config: MedSamLiteConfig): string | null {
  const expected = new Map(medSamLiteShapes(config))
  for (const [name, shape] of expected) {
    const actual = state.get(name)?.shape
    if (!actual) return `there is no tensor ${name}`
    if (!sameShape(actual, shape)) return `${name} is [${actual.join(', ')}] instead of [${shape.join(', ')}]`
  }
  const stranger = [...state.keys()].find(name => !expected.has(name))
  return stranger === undefined ? null : `the tensor ${stranger} is unknown`
}

/** In the order of the official file. */
export function medSamLiteShapes(config: MedSamLiteConfig): Entry[] {
  return [
    ...under('image_encoder', imageEncoder(config)),
    ...under('mask_decoder', maskDecoder(config)),
    ...under('prompt_encoder', promptEncoder(config)),
  ]
}

/** The same weights in the order of the official file: a safetensors file has its own. */
export function inOfficialOrder(state: StateDict, config: MedSamLiteConfig): StateDict {
  return inOrder(
    state,
    medSamLiteShapes(config).map(([name]) => name),
  )
}

const under = (prefix: string, entries: readonly Entry[]): Entry[] =>
  entries.map(([name, shape]) => [`${prefix}.${name}`, shape])

const linear = (name: string, outputs: number, inputs: number): Entry[] => [
  [`${name}.weight`, [outputs, inputs]],
  [`${name}.bias`, [outputs]],
]

/** A norm's scale and shift. */
const norm = (name: string, width: number): Entry[] => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
]

const range = (length: number): number[] => Array.from({ length }, (_, i) => i)

const convNorm = (name: string, out: number, inputs: number, kernel: number): Entry[] =>
  under(name, [
    ['c.weight', [out, inputs, kernel, kernel]],
    ...norm('bn', out),
    ['bn.running_mean', [out]],
    ['bn.running_var', [out]],
    ['bn.num_batches_tracked', []],
  ])

/** Widen, mix, narrow: an inverted bottleneck, or what joins two stages. */
const threeConvolutions = (from: number, wide: number, out: number): Entry[] => [
  ...convNorm('conv1', wide, from, 1),
  ...convNorm('conv2', wide, 1, 3),
  ...convNorm('conv3', out, wide, 1),
]

const transformerBlock = ({ dim, heads, window, mlpDim }: EncoderStage): Entry[] => [
  ['attn.attention_biases', [heads, window * window]],
  ...norm('attn.norm', dim),
  ...linear('attn.qkv', 3 * dim, dim),
  ...linear('attn.proj', dim, dim),
  ...norm('mlp.norm', dim),
  ...linear('mlp.fc1', mlpDim, dim),
  ...linear('mlp.fc2', dim, mlpDim),
  ...convNorm('local_conv', dim, 1, 3),
]

function imageEncoder({ stemDims: [inner, outer], stages, decoderDim: dim }: MedSamLiteConfig): Entry[] {
  const layers = stages.flatMap((stage, index) => {
    const block =
      index === 0 ? threeConvolutions(stage.dim, stage.dim * expansion, stage.dim) : transformerBlock(stage)
    const end = stage.out === null ? [] : threeConvolutions(stage.dim, stage.out, stage.out)
    return under(`layers.${index}`, [
      ...range(stage.depth).flatMap(depth => under(`blocks.${depth}`, block)),
      ...under('downsample', end),
    ])
  })
  return [
    ...convNorm('patch_embed.seq.0', inner, 3, 1),
    ...convNorm('patch_embed.seq.2', outer, inner, 1),
    ...layers,
    ['neck.0.weight', [dim, stages.at(-1)?.dim ?? 0, 1, 1]],
    ...norm('neck.1', dim),
    ['neck.2.weight', [dim, dim, 3, 3]],
    ...norm('neck.3', dim),
  ]
}

function maskDecoder(config: MedSamLiteConfig): Entry[] {
  const { decoderDim: dim, upscalingDims, maskTokens } = config
  const [first, second] = upscalingDims
  const perceptron = (name: string, out: number): Entry[] =>
    under(name, [
      ...linear('layers.0', dim, dim),
      ...linear('layers.1', dim, dim),
      ...linear('layers.2', out, dim),
    ])
  return [
    ...under('transformer', transformer(config)),
    ['iou_token.weight', [1, dim]],
    ['mask_tokens.weight', [maskTokens, dim]],
    ['output_upscaling.0.weight', [dim, first, 2, 2]],
    ['output_upscaling.0.bias', [first]],
    ...norm('output_upscaling.1', first),
    ['output_upscaling.3.weight', [first, second, 2, 2]],
    ['output_upscaling.3.bias', [second]],
    ...range(maskTokens).flatMap(i => perceptron(`output_hypernetworks_mlps.${i}`, second)),
    ...perceptron('iou_prediction_head', maskTokens),
  ]
}

function transformer({
  decoderDim: dim,
  decoderDepth,
  decoderMlpDim,
  attentionDim,
}: MedSamLiteConfig): Entry[] {
  const attention = (name: string, inner: number): Entry[] =>
    under(name, [
      ...['q_proj', 'k_proj', 'v_proj'].flatMap(projection => linear(projection, inner, dim)),
      ...linear('out_proj', dim, inner),
    ])
  const layer = [
    ...attention('self_attn', dim),
    ...norm('norm1', dim),
    ...attention('cross_attn_token_to_image', attentionDim),
    ...norm('norm2', dim),
    ...linear('mlp.lin1', decoderMlpDim, dim),
    ...linear('mlp.lin2', dim, decoderMlpDim),
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

/** SAM's prompt encoder reads masks too, at these widths; nobody here asks it to, but the official file has it. */
const maskDims = [4, 16] as const

/** Whether training moves a weight: buffers never, nor what reads masks, which no prompt of ours reaches. */
export const isTrainable = (name: string): boolean =>
  !isBuffer(name) && !name.startsWith('prompt_encoder.mask_downscaling.')

function promptEncoder({ decoderDim: dim }: MedSamLiteConfig): Entry[] {
  const [first, second] = maskDims
  return [
    ['pe_layer.positional_encoding_gaussian_matrix', [2, dim / 2]],
    ...range(4).map((i): Entry => [`point_embeddings.${i}.weight`, [1, dim]]),
    ['not_a_point_embed.weight', [1, dim]],
    ['mask_downscaling.0.weight', [first, 1, 2, 2]],
    ['mask_downscaling.0.bias', [first]],
    ...norm('mask_downscaling.1', first),
    ['mask_downscaling.3.weight', [second, first, 2, 2]],
    ['mask_downscaling.3.bias', [second]],
    ...norm('mask_downscaling.4', second),
    ['mask_downscaling.6.weight', [dim, second, 1, 1]],
    ['mask_downscaling.6.bias', [dim]],
    ['no_mask_embed.weight', [1, dim]],
  ]
}
