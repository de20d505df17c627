import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { negativeClickName } from '../../../../../src/core/models/efficient-sam/negative-click'
import { createSegmenter } from '../../../../../src/core/models/families'
import type { Segmenter } from '../../../../../src/core/models/segmenter'
import { createFileCache, discoverDataset, loadSlice } from '../../../../../src/main/datasets'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { openModel } from '../../../../../src/main/models/open-model'
import { bundledModel } from '../../../../../src/shared/domain/evaluation'
import type { Prompt, PromptPoint } from '../../../../../src/shared/domain/prompt'
import { discFiles } from '../../support/disc-slices'
import { folderWith } from '../../support/folders'
import { picoCheckpoint } from '../../support/pico-weights'
import { runTrain, stepsOf, TrainReport } from './run-train'

const dataWith = (train: number, val: number) =>
  folderWith({ ...discFiles(train, 'train/'), ...discFiles(val, 'val/', 10) })

async function openAt(idOrPath: string, resolution: number | null): Promise<Segmenter> {
  const { model } = await openModel(idOrPath, resolution)
  return createSegmenter(new OnnxRuntimeEngine({ threads: 1 }), model)
}

/** Clicks right of the middle of what a prompt gives on each held-out slice; disposes of the segmenter. */
async function removals(segmenter: Segmenter, data: string, start: 'box' | 'point') {
  const { slices } = await discoverDataset(data)
  const files = createFileCache()
  const found = []
  for (const record of slices.filter(({ split }) => split === 'val')) {
    const { image, labels } = await loadSlice(record, files)
    const [, width = 0] = labels.shape
    const embedding = await segmenter.embed(image)
    const inside = [...labels.data.keys()].filter(pixel => labels.data[pixel] === 1)
    const [xs, ys] = [inside.map(pixel => pixel % width), inside.map(pixel => Math.floor(pixel / width))]
    const box = { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) }
    const middle = { x: Math.round((box.x0 + box.x1) / 2), y: Math.round((box.y0 + box.y1) / 2) }
    const green: PromptPoint = { ...middle, sign: 'positive' }
    const prompt: Prompt = start === 'box' ? { box, points: [] } : { box: null, points: [green] }
    const { mask: before } = await segmenter.segment(embedding, prompt)
    const covered = before.data.findLastIndex(value => value === 1)
    const red: PromptPoint = { x: covered % width, y: Math.floor(covered / width), sign: 'negative' }
    const asked = { ...prompt, points: [...prompt.points, red] }
    const { mask: after, candidates } = await segmenter.segment(embedding, asked)
    found.push({ covered, before: before.data, after: after.data, candidates })
  }
  await segmenter.dispose()
  return found
}

describe.each([
  { family: 'EfficientSAM', model: bundledModel, resolution: 64 },
  { family: 'MedSAM-Lite', model: 'medsam-lite', resolution: 256 },
])('a red click on $family', ({ model, resolution }) => {
  test.runIf(model === bundledModel)('removes what is under it before any tuning', async () => {
    const data = dataWith(1, 3)

    for (const start of ['box', 'point'] as const) {
      const found = await removals(await openAt(model, resolution), data, start)
      expect(found).toHaveLength(3)
      for (const { covered, before, after } of found) {
        expect([before[covered], after[covered]]).toEqual([1, 0])
      }
    }
  })

  test('removes what is under it after tuning with clicks', async () => {
    const data = dataWith(2, 1)
    const { events, error } = await runTrain({
      ...{ data, out: join(data, 'runs'), model, resolution, epochs: 1, clickShare: 0.75 },
    })
    const { checkpoint, folder } = TrainReport.parse(events.at(-1))

    expect(error).toBeNull()
    for (const start of ['box', 'point'] as const) {
      for (const { covered, before, after } of await removals(await openAt(checkpoint, null), data, start)) {
        expect([before[covered], after[covered]]).toEqual([1, 0])
      }
    }
    const card = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8')
    expect(card).toContain('corrected by up to 3 clicks, green and red 75 %')
    expect(card).toContain('| `clickShare` | `0.75` |')
  }, 300_000)
})

describe('a tuning with clicks', () => {
  const pico = (more: Record<string, Uint8Array> = {}) =>
    folderWith({
      ...discFiles(4, 'train/'),
      ...discFiles(1, 'val/', 10),
      'pico.pth': picoCheckpoint(),
      ...more,
    })
  const settings = (data: string) => ({ data, model: join(data, 'pico.pth'), epochs: 3, clickShare: 1 })

  test('moves the vector of red clicks, which stands beside the model and comes back', async () => {
    const data = pico()
    const { events } = await runTrain({ ...settings(data), out: join(data, 'runs') })
    const { checkpoint } = TrainReport.parse(events.at(-1))

    const { model, beside } = readTrainingCheckpoint(new Uint8Array(readFileSync(checkpoint)), checkpoint)
    const opened = await openModel(checkpoint)

    const base = readTrainingCheckpoint(picoCheckpoint(), 'pico')
    expect([...model.keys()]).toEqual([...base.model.keys()])
    const vector = beside.get(negativeClickName)
    const begun = base.model.get('prompt_encoder.point_embeddings.weight')?.data ?? []
    expect(vector?.data.some((value, i) => Math.abs(value + (begun[i] ?? NaN)) > 1e-5)).toBe(true)
    expect(opened.model.config).toMatchObject({ negativeClicks: true })
    expect(opened.model.parameters.get(negativeClickName).data).toEqual(vector?.data)
  })

  test('adds no vector where no clicks are trained', async () => {
    const data = pico()
    const { events } = await runTrain({
      ...settings(data),
      out: join(data, 'runs'),
      clickShare: 0,
      epochs: 1,
    })
    const { checkpoint } = TrainReport.parse(events.at(-1))

    const { beside } = readTrainingCheckpoint(new Uint8Array(readFileSync(checkpoint)), checkpoint)

    expect(beside.has(negativeClickName)).toBe(false)
  })

  test('keeps the vector of the model that it starts from, whatever it trains itself', async () => {
    const data = pico()
    const first = await runTrain({ ...settings(data), out: join(data, 'first') })
    const model = TrainReport.parse(first.events.at(-1)).checkpoint

    const second = await runTrain({
      ...settings(data),
      model,
      out: join(data, 'second'),
      clickShare: 0,
      epochs: 1,
    })

    expect(second.error).toBeNull()
    const { checkpoint } = TrainReport.parse(second.events.at(-1))
    expect((await openModel(checkpoint)).model.config).toMatchObject({ negativeClicks: true })
  })

  test.each(['quick', 'full'] as const)(
    'that is stopped in mid-epoch goes on with the clicks, losses and weights of one that went through: %s',
    async preset => {
      const data = pico()
      const out = join(data, 'runs')
      const whole = await runTrain({ ...settings(data), preset, out: join(data, 'through') })
      const first = await runTrain({ ...settings(data), preset, out }, (event, stop) => {
        if (event.event === 'step' && event.epoch === 2) stop.request()
      })
      const second = await runTrain({ data, out, epochs: 3, resume: out })

      expect([whole.error, first.error, second.error]).toEqual([null, null, null])
      expect([...stepsOf(first.events), ...stepsOf(second.events)]).toEqual(stepsOf(whole.events))
      const [one, other] = [whole, second].map(({ events }) => {
        const file = join(TrainReport.parse(events.at(-1)).folder, 'medsam_lite_latest.pth')
        return readTrainingCheckpoint(new Uint8Array(readFileSync(file)), file)
      })
      for (const part of ['model', 'beside'] as const) {
        expect([...(one?.[part].keys() ?? [])]).toEqual([...(other?.[part].keys() ?? [])])
        for (const [name, { data: numbers }] of one?.[part] ?? []) {
          expect(other?.[part].get(name)?.data, name).toEqual(numbers)
        }
      }
    },
  )
})
