import { describe, expect, it } from 'vitest'
import type { Float32Tensor } from '../../../../../src/core/engine'
import { GraphBuilder } from '../../../../../src/core/graph/builder'
import { decoderGraph, keyPositionGraph } from '../../../../../src/core/models/medsam-lite/graphs'
import {
  oneHotLabels,
  promptEncoder,
  tokensOf,
} from '../../../../../src/core/models/medsam-lite/prompt-encoder'
import { trainingGraph } from '../../../../../src/core/models/medsam-lite/training-graph'
import { promptLabel } from '../../../../../src/core/models/prompt-tokens'
import { weightInputs } from '../../../../../src/core/nn/weight-inputs'
import { float32 } from '../../../../../src/core/tensor/tensor'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { smallConfig, smallWeights } from './small-model'

const weights = smallWeights()
const feeds = Object.fromEntries(weights)
const at = (x: number, y: number, label: number) => ({ x, y, label })

async function encode(points: readonly (readonly [number, number])[], labels: readonly number[]) {
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const g = new GraphBuilder('prompts')
  const shape = [1, points.length]
  const inputs = { points: g.input('points', [...shape, 2]), labels: g.input('labels', [...shape, 5]) }
  const tokens = promptEncoder(g, smallConfig, inputs, weightInputs(g, 'prompt_encoder.').weight)
  const program = await engine.compile(g.build({ tokens }))
  const results = await program.run({
    points: float32([...shape, 2], Float32Array.from(points.flat())),
    labels: float32([...shape, 5], oneHotLabels(labels)),
    ...feeds,
  })
  await engine.dispose()
  return (results['tokens'] as Float32Tensor).data
}

describe('the prompts of MedSAM-Lite', () => {
  it('have one token of padding behind clicks, and none behind a box', () => {
    const { point, negative, topLeft, bottomRight } = promptLabel
    const box = [at(1, 2, topLeft), at(5, 6, bottomRight)]

    expect(tokensOf([at(1, 2, point), at(3, 4, negative)])).toBe(3)
    expect(tokensOf(box)).toBe(2)
    expect(tokensOf([...box, at(3, 4, point)])).toBe(3)
  })

  it('place padding nowhere: its token is its learned vector alone', async () => {
    const tokens = await encode([[3, 4]], [promptLabel.padding])

    expect(tokens).toEqual(weights.get('prompt_encoder.not_a_point_embed.weight')?.data)
  })

  it('tell a red click from a green one and corners from each other', async () => {
    const labels = [promptLabel.negative, promptLabel.point, promptLabel.topLeft, promptLabel.bottomRight]
    const tokens = await encode(
      labels.map(() => [3, 4] as const),
      labels,
    )

    const row = (index: number) => tokens.slice(index * 16, (index + 1) * 16)
    labels.forEach((_, index) => {
      const own = weights.get(`prompt_encoder.point_embeddings.${index}.weight`)?.data ?? []
      const first = weights.get('prompt_encoder.point_embeddings.0.weight')?.data ?? []
      row(index).forEach((value, i) => {
        expect(value - (row(0)[i] ?? NaN)).toBeCloseTo((own[i] ?? NaN) - (first[i] ?? NaN), 5)
      })
    })
  })
})

describe('the graphs of MedSAM-Lite', () => {
  it('decode several queries of several images as each alone', async () => {
    const engine = new OnnxRuntimeEngine({ threads: 1 })
    const side = 8
    const embedding = Float32Array.from({ length: 2 * 16 * side * side }, (_, i) => Math.sin(i))
    const points = Float32Array.from({ length: 4 * 2 * 2 }, (_, i) => (5 * i) % 16)
    const labels = oneHotLabels([2, 3, 2, 3, 2, 3, 2, 3])
    const { keyPosition } = await (await engine.compile(keyPositionGraph(smallConfig))).run(feeds)
    const decode = async (images: number, queriesPerImage: number, from: number) => {
      const batch = images * queriesPerImage
      const image = Math.floor(from / 2) * 16 * side * side
      const graph = decoderGraph(smallConfig, { images, queriesPerImage, tokens: 2, output: 'multi' })
      const program = await engine.compile(graph)
      return program.run({
        embedding: float32(
          [images, 16, side, side],
          embedding.slice(image, image + images * 16 * side * side),
        ),
        keyPosition: keyPosition as Float32Tensor,
        points: float32([batch, 2, 2], points.slice(from * 4, (from + batch) * 4)),
        labels: float32([batch, 2, 5], labels.slice(from * 10, (from + batch) * 10)),
        ...feeds,
      })
    }

    const together = (await decode(2, 2, 0))['lowRes'] as Float32Tensor

    expect(together.shape).toEqual([4, 3, 32, 32])
    for (let query = 0; query < 4; query++) {
      const alone = (await decode(1, 1, query))['lowRes'] as Float32Tensor
      const size = 3 * 32 * 32
      const part = together.data.slice(query * size, (query + 1) * size)
      const worst = part.reduce((most, v, i) => Math.max(most, Math.abs(v - (alone.data[i] ?? NaN))), 0)
      expect(worst).toBeLessThan(1e-4)
    }
    await engine.dispose()
  })

  it('give gradients of the weights that are trained, and of no buffer', () => {
    const options = {
      samples: 1,
      prompt: { points: new Float32Array(4), labels: Int8Array.of(2, 3) },
      maskSide: 32,
      loss: { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } },
      wholeBatch: 0,
      embeddingGradient: false,
    } as const
    const outputs = (encoder: boolean, trained: (name: string) => boolean) =>
      trainingGraph(smallConfig, { ...options, encoder, trained })
        .outputs.map(({ name }) => name)
        .filter(name => name.startsWith('d:'))

    const all = outputs(true, () => true)
    const decoder = outputs(false, name => name.startsWith('mask_decoder.'))

    expect(all).toContain('d:image_encoder.layers.1.blocks.0.attn.attention_biases')
    expect(all).toContain('d:image_encoder.patch_embed.seq.0.bn.bias')
    expect(all.filter(name => /running|tracked|gaussian/.test(name))).toEqual([])
    expect(decoder.length).toBeGreaterThan(30)
    expect(decoder.every(name => name.startsWith('d:mask_decoder.'))).toBe(true)
  })
})
