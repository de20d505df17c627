import { describe, expect, test } from 'vitest'
import { evaluate } from '../../../../src/main/jobs/evaluate'
import { StopFlag } from '../../../../src/main/workers/stop-flag'
import { zeros } from '../../../../src/core/tensor/tensor'
import { EvaluateOptions } from '../../../../src/shared/domain/evaluation'
import { EvaluationReport } from '../../../../src/shared/domain/events'
import { niftiVolume } from '../slice-files'
import { eventsOf, folderWith, pngWith } from '../support/folders'
import { contextWith, ThresholdSegmenter } from '../support/threshold-segmenter'

const bright = pngWith(40, 30, [200, 5, 5, 14, 14])
const twoObjects = pngWith(40, 30, [200, 5, 5, 14, 14], [90, 20, 20, 29, 24])

function run(data: string, more: Partial<EvaluateOptions> = {}, stop = new StopFlag()) {
  return eventsOf(
    evaluate(EvaluateOptions.parse({ data, ...more }), contextWith(new ThresholdSegmenter(), stop)),
  )
}

describe('evaluate', () => {
  test('gives a row per image, the mean over its label values, and a report of all', async () => {
    const data = folderWith({
      'images/a.png': bright,
      'masks/a.png': pngWith(40, 30, [1, 5, 5, 14, 14]),
      'images/b.png': twoObjects,
      'masks/b.png': pngWith(40, 30, [1, 5, 5, 14, 14], [2, 20, 20, 29, 29]),
    })

    const { events, error } = await run(data, { jitter: 0 })

    const cases = events.filter(event => event.event === 'case')
    expect(error).toBeNull()
    expect(cases.map(({ file, values, dice }) => [file.slice(-5), values, dice])).toEqual([
      ['a.png', 1, 1],
      // The second object is found by half: Dice 2 * 50 / 150 = 2/3, and the mean with the first is 5/6.
      ['b.png', 2, expect.closeTo(5 / 6, 12)],
    ])
    const report = EvaluationReport.parse(events.at(-1))
    expect(report).toMatchObject({ cases: 2, unit: 'px', split: 'all', skipped: 0, interrupted: false })
    expect(report.dice).toBeCloseTo((1 + 5 / 6) / 2, 12)
    expect(report.ellipse?.dice).toBeGreaterThan(0.8)
    expect(report.ellipse?.dice).toBeLessThan(1)
  })

  test('judges val where train and val exist, and what --split says otherwise', async () => {
    const pair = (name: string) => ({
      [`${name}/images/a.png`]: bright,
      [`${name}/masks/a.png`]: pngWith(40, 30, [1, 5, 5, 14, 14]),
    })
    const data = folderWith({ ...pair('train'), ...pair('val') })

    const reports = [await run(data), await run(data, { split: 'all' }), await run(data, { split: 'train' })]

    expect(reports.map(({ events }) => EvaluationReport.parse(events.at(-1)))).toMatchObject([
      { split: 'val', cases: 1 },
      { split: 'all', cases: 2 },
      { split: 'train', cases: 1 },
    ])
  })

  test('reports what it leaves out one by one, goes on, and fails only with --strict', async () => {
    const data = folderWith({
      'images/broken.png': bright.subarray(0, 60),
      'masks/broken.png': bright,
      'images/empty.png': bright,
      'masks/empty.png': pngWith(40, 30),
      'images/good.png': bright,
      'masks/good.png': pngWith(40, 30, [1, 5, 5, 14, 14]),
    })

    const lenient = await run(data)
    const strict = await run(data, { strict: true })

    const skipped = lenient.events.filter(event => event.event === 'skipped')
    expect(skipped.map(({ file, code }) => [file.replace(data, ''), code])).toEqual([
      ['/images/broken.png', 'CORRUPT_FILE'],
      ['/masks/empty.png', 'UNUSABLE_SLICE'],
    ])
    expect(lenient).toMatchObject({ error: null })
    expect(strict.events.at(-1)).toMatchObject({ event: 'report', cases: 1, skipped: 2 })
    expect(strict.error).toMatchObject({ code: 'ITEMS_REFUSED', exitCode: 3, data: { refused: 2, total: 3 } })
  })

  test('reports a damaged volume once, not once for each of its planes, and a faulty plane by its number', async () => {
    const labels = niftiVolume([6, 5, 4], (x, y) => (x > 1 && y > 1 ? 1 : 0))
    const whole = niftiVolume([6, 5, 4], x => x, { type: 'float32' })
    const data = folderWith({
      'images/cut.nii': whole.subarray(0, 500),
      'masks/cut.nii': labels,
      'images/nan.nii': niftiVolume([6, 5, 4], (x, y, z) => (z === 2 && x + y === 0 ? NaN : x), {
        type: 'float32',
      }),
      'masks/nan.nii': labels,
    })

    const { events, error } = await run(data, { strict: true })

    const skipped = events.filter(event => event.event === 'skipped')
    expect(skipped.map(({ file, code }) => [file.replace(data, ''), code])).toEqual([
      ['/images/cut.nii', 'CORRUPT_FILE'],
      ['/images/nan.nii', 'UNUSABLE_SLICE'],
    ])
    expect(skipped[1]?.message).toMatch(/nan\.nii, plane 2 is left out: it holds values that are not numbers/)
    expect(events.at(-1)).toMatchObject({ event: 'report', cases: 3, skipped: 2 })
    expect(error).toMatchObject({ code: 'ITEMS_REFUSED', data: { refused: 2, total: 5 } })
  })

  test('says nothing about groups, which it does not split by', async () => {
    const data = folderWith({ 'images/a.png': bright, 'masks/a.png': pngWith(40, 30, [1, 5, 5, 14, 14]) })

    const { events } = await run(data)

    const notices = events.flatMap(event => (event.event === 'notice' ? [event.message] : []))
    expect(notices).toEqual(['a note of the loader'])
  })

  test('fails when nothing usable is left', async () => {
    const data = folderWith({ 'images/a.png': bright, 'masks/a.png': pngWith(40, 30) })

    const { error } = await run(data)

    expect(error).toMatchObject({ code: 'NO_USABLE_SLICES', data: { file: data } })
  })

  test('speaks of millimetres where every image has a pixel size, of pixels where one has none', async () => {
    const mask = pngWith(40, 30, [1, 5, 5, 14, 12])
    const table = 'filename,pixel_size_mm\na.png,0.5\n'
    const one = { 'images/a.png': bright, 'masks/a.png': mask, 'images/sizes.csv': table }
    const all = folderWith(one)
    const some = folderWith({ ...one, 'images/b.png': bright, 'masks/b.png': mask })

    const [mm, px] = [await run(all, { prompt: 'point' }), await run(some, { prompt: 'point' })]

    const [inMm, inPx] = [mm, px].map(({ events }) => EvaluationReport.parse(events.at(-1)))
    expect(inMm?.unit).toBe('mm')
    expect(inPx?.unit).toBe('px')
    expect(inMm?.assd).toBeCloseTo((inPx?.assd ?? 0) / 2, 12)
    expect(inPx?.assd).toBeGreaterThan(0)
  })

  test('counts clicks, 20 where Dice 0.9 is never reached', async () => {
    const data = folderWith({
      'images/easy.png': bright,
      'masks/easy.png': pngWith(40, 30, [1, 5, 5, 14, 14]),
      'images/hopeless.png': bright,
      'masks/hopeless.png': pngWith(40, 30, [1, 20, 5, 30, 20]),
    })

    const { events } = await run(data, { prompt: 'clicks' })

    const clicks = events.flatMap(event => (event.event === 'case' ? [event.clicksTo90] : []))
    expect(clicks).toEqual([1, 20])
    expect(EvaluationReport.parse(events.at(-1))).toMatchObject({
      clicksTo90: 10.5,
      unreached: 1,
      ellipse: null,
    })
  })

  test('counts what is undefined where the model answers with nothing', async () => {
    const data = folderWith({
      'images/a.png': bright,
      'masks/a.png': pngWith(40, 30, [1, 5, 5, 14, 14]),
    })
    class SilentSegmenter extends ThresholdSegmenter {
      override async segment(...call: Parameters<ThresholdSegmenter['segment']>) {
        const proposal = await super.segment(...call)
        return { ...proposal, mask: zeros('uint8', proposal.mask.shape) }
      }
    }

    const { events } = await eventsOf(
      evaluate(EvaluateOptions.parse({ data }), contextWith(new SilentSegmenter())),
    )

    const report = EvaluationReport.parse(events.at(-1))
    expect(report).toMatchObject({ dice: 0, hd95: null, assd: null })
    expect(report.undefined).toEqual({ dice: 0, iou: 0, hd95: 1, assd: 1 })
  })

  test('stops after the case at hand, says so, and lets go of the model', async () => {
    const files = Array.from({ length: 4 }, (_, index) => ({
      [`images/${index}.png`]: bright,
      [`masks/${index}.png`]: pngWith(40, 30, [1, 5, 5, 14, 14]),
    }))
    const data = folderWith(Object.assign({}, ...files) as Record<string, Uint8Array>)
    const stop = new StopFlag()
    const segmenter = new ThresholdSegmenter()
    const seen: string[] = []

    for await (const event of evaluate(EvaluateOptions.parse({ data }), contextWith(segmenter, stop))) {
      seen.push(event.event)
      if (event.event === 'case') stop.request()
    }

    expect(seen.filter(event => event === 'case')).toHaveLength(1)
    expect(seen.at(-1)).toBe('report')
    expect(segmenter.disposed).toBe(true)
  })
})
