import { sliceGeometry } from '../../../../src/core/imaging/geometry'
import { numbersOf } from '../../../../src/core/imaging/picture'
import type { Finder } from '../../../../src/core/models/finder/finder'
import type { Embedding, Proposal, Segmenter } from '../../../../src/core/models/segmenter'
import type { Tensor } from '../../../../src/core/tensor/tensor'
import { float32, tensor, zeros } from '../../../../src/core/tensor/tensor'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import type { Prompt } from '../../../../src/shared/domain/prompt'
import type { JobContext } from '../../../../src/main/workers/contract'
import { StopFlag } from '../../../../src/main/workers/stop-flag'

/**
 * An engine of the tests' own behind the real jobs: inside the box (or, for points, in the whole slice) the object is
 * what is as bright as its brightest pixel there. Its predicted IoU is that brightness / 255.
 */
export class ThresholdSegmenter implements Segmenter {
  readonly offersClicks = true
  readonly preprocessing = officialPreprocessing
  readonly prompts: Prompt[] = []
  disposed = false
  #image: Tensor | null = null

  embed(image: Tensor): Promise<Embedding> {
    this.#image = image
    const [height = 0, width = 0] = image.shape
    const geometry = sliceGeometry(height, width, this.preprocessing)
    const features = float32(
      [1, 256, 2, 2],
      Float32Array.from({ length: 1024 }, (_, index) => index),
    )
    return Promise.resolve({ geometry, features })
  }

  segment({ geometry }: Embedding, prompt: Prompt): Promise<Proposal> {
    this.prompts.push(prompt)
    const { height, width } = geometry
    const values = this.#image === null ? new Float64Array() : numbersOf(this.#image)
    const { x0, y0, x1, y1 } = prompt.box ?? { x0: 0, y0: 0, x1: width - 1, y1: height - 1 }
    const inside = (index: number): boolean => {
      const [x, y] = [index % width, Math.floor(index / width)]
      return x >= x0 && x <= x1 && y >= y0 && y <= y1
    }
    const brightest = values.reduce((most, value, index) => (inside(index) ? Math.max(most, value) : most), 0)
    const mask = Uint8Array.from(values, (value, index) => (inside(index) && value === brightest ? 1 : 0))
    const candidates = [{ lowRes: zeros('float32', [4, 4]), predictedIou: brightest / 255 }]
    return Promise.resolve({
      mask: tensor('uint8', [height, width], mask),
      predictedIou: brightest / 255,
      candidates,
    })
  }

  dispose(): Promise<void> {
    this.disposed = true
    return Promise.resolve()
  }
}

/** A context for jobs run in the test's own thread. */
export function contextWith(
  segmenter: Segmenter,
  stop = new StopFlag(),
  finder: Finder | null = null,
): JobContext {
  return {
    stop,
    threads: 1,
    engines: {
      runtime: 'threshold',
      probeProviders: () => Promise.resolve([{ provider: 'cpu', works: true, reason: null }]),
      openEngine: () => {
        throw new Error('These jobs need no engine of their own.')
      },
      startRanks: () => {
        throw new Error('These jobs train nothing.')
      },
      openSegmenter: () =>
        Promise.resolve({ segmenter, finder, notes: ['a note of the loader'], split: null }),
    },
  }
}
