import type { Engine } from '../../../../src/core/engine'
import { sliceGeometry } from '../../../../src/core/imaging/geometry'
import { numbersOf } from '../../../../src/core/imaging/picture'
import { boxIou } from '../../../../src/core/models/finder/box-overlap'
import type { FinderConfig } from '../../../../src/core/models/finder/config'
import { finderPrefix, finderShapes } from '../../../../src/core/models/finder/config'
import { Finder } from '../../../../src/core/models/finder/finder'
import type { Embedding, Proposal, Segmenter } from '../../../../src/core/models/segmenter'
import type { Tensor } from '../../../../src/core/tensor/tensor'
import { float32, tensor, zeros } from '../../../../src/core/tensor/tensor'
import { Parameters } from '../../../../src/core/training/parameters'
import type { Box, Prompt } from '../../../../src/shared/domain/prompt'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'

const side = 16

/** Grey values of the objects of each class, which the embedding tells apart. */
export const greyOf = [200, 90] as const
const channels = greyOf.length + 1

/**
 * A finder with weights made by hand, on embeddings of `BoxSegmenter`: a class is where its channel is. The norm makes
 * one of three channels 1.4 and the others -0.7; ten times that leaves 14 or nothing behind the first gelu, and 14 - 7
 * or -7 are the logits.
 */
export function plainFinder(engine: Engine, labels: readonly (number | null)[]): Finder {
  const classes = labels.length
  const config: FinderConfig = { channels, side, hidden: classes, upscale: 1, classes }
  const parameters = Parameters.from(
    new Map([...finderShapes(config)].map(([name, shape]) => [finderPrefix + name, zeros('float32', shape)])),
  )
  const weight = (name: string) => parameters.get(finderPrefix + name).data
  weight('norm.weight').fill(1)
  weight('output.bias').fill(-7)
  for (let index = 0; index < classes; index++) {
    weight('input.weight')[index * channels + index] = 10
    weight('mix.weight')[(index * classes + index) * 9 + 4] = 1
    weight('output.weight')[index * classes + index] = 1
  }
  const presence = { threshold: 0.5, slope: 1, intercept: 0, calibrated: true }
  const card = { slices: 1, classes: labels.map(label => ({ label, threshold: 0.5, minCells: 1, presence })) }
  return new Finder(engine, { config, parameters, card })
}

/** Answers a box with the box itself, as sure of it as it agrees with the nearest of the true ones. */
export class BoxSegmenter implements Segmenter {
  readonly offersClicks = true
  readonly preprocessing = officialPreprocessing
  readonly boxes: Box[] = []
  readonly #truth: readonly Box[]

  constructor(truth: readonly Box[]) {
    this.#truth = truth
  }

  embed(image: Tensor): Promise<Embedding> {
    const [height = 0, width = 0] = image.shape
    const values = numbersOf(image)
    const features = zeros('float32', [1, channels, side, side])
    for (let cell = 0; cell < side * side; cell++) {
      const [row, column] = [Math.floor(cell / side), cell % side]
      const [y, x] = [Math.floor(((row + 0.5) * height) / side), Math.floor(((column + 0.5) * width) / side)]
      const known = greyOf.findIndex(grey => grey === values[y * width + x])
      features.data[(known < 0 ? channels - 1 : known) * side * side + cell] = 1
    }
    const geometry = sliceGeometry(height, width, this.preprocessing)
    return Promise.resolve({ geometry, features: float32(features.shape, features.data) })
  }

  segment({ geometry: { height, width } }: Embedding, { box }: Prompt): Promise<Proposal> {
    const asked = box ?? { x0: 0, y0: 0, x1: width - 1, y1: height - 1 }
    this.boxes.push(asked)
    const predictedIou = Math.max(0, ...this.#truth.map(one => boxIou(one, asked)))
    const candidates = [{ lowRes: zeros('float32', [4, 4]), predictedIou }]
    const mask = tensor('uint8', [height, width], filledBox(asked, width, height))
    return Promise.resolve({ mask, predictedIou, candidates })
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}

export function filledBox({ x0, y0, x1, y1 }: Box, width: number, height: number): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (let y = y0; y <= y1; y++) mask.fill(1, y * width + x0, y * width + x1 + 1)
  return mask
}
