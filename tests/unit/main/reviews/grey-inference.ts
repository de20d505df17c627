import { numbersOf } from '../../../../src/core/imaging/picture'
import { loadImage } from '../../../../src/main/datasets'
import type {
  CallOptions,
  FoundMask,
  FoundOnSlice,
  Inference,
  ModelName,
  SliceSource,
} from '../../../../src/main/inference/inference'
import type { CandidateMask } from '../../../../src/shared/contract/segment'
import type { Box, Prompt } from '../../../../src/shared/domain/prompt'
import { AppError } from '../../../../src/shared/errors'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { boxOfMask } from '../../../../src/core/imaging/box'

/**
 * A model of the tests' own: a slice's object is all that is not black, as sure as its brightest pixel / 255; a slice
 * that is black is probably empty. The model `base` also takes the pixel to the right of each.
 */
export class GreyInference implements Inference {
  hasFinder = true
  /** Called before each slice that is looked at */
  onFind: (source: SliceSource) => void | Promise<void> = () => undefined
  readonly neighbours: (readonly FoundMask[])[] = []

  async find(
    _: ModelName,
    source: SliceSource,
    neighbours: readonly FoundMask[],
    options: CallOptions = {},
  ): Promise<FoundOnSlice> {
    this.neighbours.push(neighbours)
    await this.onFind(source)
    options.signal?.throwIfAborted()
    const { values, width, height } = await pixelsOf(source)
    const mask = Uint8Array.from(values, value => (value > 0 ? 1 : 0))
    const box = boxOfMask(mask, height, width)
    if (box === null) return { objects: [], probablyEmpty: true }
    const sure = { predictedIou: Math.max(...values) / 255, stability: 0.9, fromNeighbour: false }
    const area = { runs: encodeRuns(mask), areaPx: mask.reduce((sum, value) => sum + value, 0) }
    return { objects: [{ label: 1, box, ...area, ...sure }], probablyEmpty: false }
  }

  async segment(model: ModelName, source: SliceSource, { box }: Prompt): Promise<readonly CandidateMask[]> {
    const { values, width, height } = await pixelsOf(source)
    const area: Box = box ?? { x0: 0, y0: 0, x1: width - 1, y1: height - 1 }
    const mask = Uint8Array.from(values, (value, index) => {
      const [x, y] = [index % width, Math.floor(index / width)]
      const isInside = x >= area.x0 && x <= area.x1 && y >= area.y0 && y <= area.y1
      const isBright = value > 0 || (model === 'base' && (values[index - 1] ?? 0) > 0)
      return isInside && isBright ? 1 : 0
    })
    return [{ runs: encodeRuns(mask), areaPx: mask.reduce((sum, value) => sum + value, 0), predictedIou: 1 }]
  }

  describe(): Promise<{ offersClicks: boolean; hasFinder: boolean }> {
    return Promise.resolve({ offersClicks: true, hasFinder: this.hasFinder })
  }

  encode(): Promise<void> {
    return Promise.resolve()
  }

  known(_?: ModelName, sources: readonly SliceSource[] = []): Promise<readonly boolean[]> {
    return Promise.resolve(sources.map(() => false))
  }

  isEncoded(): Promise<boolean> {
    return Promise.resolve(true)
  }

  measure(): Promise<never> {
    throw new AppError('INTERNAL', { reason: 'nobody measures this model' })
  }

  cacheBytes(): Promise<number> {
    return Promise.resolve(0)
  }

  clearCache(): Promise<void> {
    return Promise.resolve()
  }

  setCacheLimit(): void {
    // Nothing is cached.
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}

async function pixelsOf(
  source: SliceSource,
): Promise<{ values: Float64Array; width: number; height: number }> {
  const { image } = await loadImage({ ...source, spacingMm: null })
  const [height = 0, width = 0] = image.shape
  return { values: numbersOf(image), width, height }
}
