import { afterAll, describe, expect, it } from 'vitest'
import { boxIou } from '../../../../../src/core/models/finder/box-overlap'
import { Finder } from '../../../../../src/core/models/finder/finder'
import { defaultEpochs, fitFinder } from '../../../../../src/core/models/finder/fit-finder'
import { trainFinder } from '../../../../../src/core/models/finder/train-finder'
import { float32 } from '../../../../../src/core/tensor/tensor'
import { LossNotFinite } from '../../../../../src/core/training/trainer'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { FinderCard } from '../../../../../src/shared/domain/finder'
import { drawnSample, drawnSamples, geometry, played, smallConfig } from './small-finder'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

const sourcesOf = (samples: ReturnType<typeof drawnSamples>) => samples.map(sample => () => sample.load())

describe('a trained finder', () => {
  it('finds the objects of slices that it has not seen, and says which have none', async () => {
    const options = { seed: 3, labels: [1, 2], epochs: 40 }

    const { events, result } = await played(trainFinder(engine, smallConfig, drawnSamples(24), options))

    expect(events).toHaveLength(4 * 40)
    expect(events.at(-1)).toMatchObject({ epoch: 40, epochs: 40, fit: 3, fits: 4 })
    expect(events.at(-1)?.loss).toBeLessThan((events[3 * 40]?.loss ?? 0) / 3)
    if (!result) throw new Error('It was not stopped.')
    expect(FinderCard.parse(result.card)).toEqual(result.card)
    expect(result.card).toMatchObject({ slices: 24, classes: [{ label: 1 }, { label: 2 }] })
    expect(result.card.classes.every(item => item.presence.calibrated)).toBe(true)
    const finder = new Finder(engine, { config: smallConfig, ...result })
    const overlaps: number[] = []
    for (const sample of drawnSamples(12, 1000)) {
      const { embedding } = await sample.load()
      for (const finding of await finder.find({ features: embedding, geometry })) {
        const wanted = sample.boxes.get(finding.label ?? NaN)
        expect(finding.probablyEmpty).toBe(!wanted)
        expect(finding.presence > 0.5).toBe(Boolean(wanted))
        if (wanted) overlaps.push(finding.boxes[0] ? boxIou(finding.boxes[0].box, wanted) : 0)
      }
    }
    await finder.dispose()
    expect(overlaps).toHaveLength(9 + 6)
    // Objects are two to three cells of the embedding long: a side off by a quarter cell each gives about this.
    expect(overlaps.reduce((sum, iou) => sum + iou, 0) / overlaps.length).toBeGreaterThan(0.65)
  })

  it('is the same to the last bit when it is trained again', async () => {
    const train = () =>
      played(trainFinder(engine, smallConfig, drawnSamples(9), { seed: 5, labels: [1, 2], epochs: 4 }))

    const [first, second] = [await train(), await train()]

    expect(second.events).toEqual(first.events)
    expect(second.result?.parameters.flat).toEqual(first.result?.parameters.flat)
    expect(second.result?.card).toEqual(first.result?.card)
  })

  it('says that it is not calibrated when nothing was held out or nothing is empty', async () => {
    const alone = [drawnSample(1, [1, 2]), { ...drawnSample(2, []), group: 'group 1' }]
    const full = [1, 2, 3, 4].map(key => drawnSample(key, [1, 2]))
    const options = { seed: 1, labels: [1, 2], epochs: 2 }

    const one = await played(trainFinder(engine, smallConfig, alone, options))
    const none = await played(trainFinder(engine, smallConfig, full, options))

    expect(one.events.map(event => event.fits)).toEqual([1, 1])
    for (const { result } of [one, none]) {
      expect(result?.card.classes.map(item => item.presence.calibrated)).toEqual([false, false])
    }
  })
})

describe('fitting a finder', () => {
  it('ends between steps when it is asked to, without weights', async () => {
    let asked = 0
    const stopRequested = (): boolean => ++asked > 7

    const { events, result } = await played(
      fitFinder(engine, smallConfig, sourcesOf(drawnSamples(8)), { seed: 1, epochs: 10, stopRequested }),
    )

    expect(result).toBeNull()
    expect(events.map(event => event.epoch)).toEqual([1, 2, 3])
  })

  it('learns from a last batch that is short just as from others', async () => {
    const { result } = await played(
      fitFinder(engine, smallConfig, sourcesOf(drawnSamples(5)), { seed: 1, epochs: 2 }),
    )

    expect(result?.flat.every(Number.isFinite)).toBe(true)
  })

  it('refuses values that are no numbers instead of spoiling its weights', async () => {
    const sample = drawnSample(1, [1])
    const load = async () => {
      const example = await sample.load()
      const { shape, data } = example.embedding
      return {
        ...example,
        embedding: float32(
          shape,
          data.map((value, at) => (at === 9 ? NaN : value)),
        ),
      }
    }

    const fit = played(fitFinder(engine, smallConfig, [load], { seed: 1, epochs: 2 }))

    await expect(fit).rejects.toBeInstanceOf(LossNotFinite)
  })

  it('sees few slices often and many slices a few times', () => {
    const epochs = [1, 40, 240, 5000].map(defaultEpochs)

    expect(epochs).toEqual([120, 80, 13, 2])
  })
})
