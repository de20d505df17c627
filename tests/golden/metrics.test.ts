import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { assd, countOverlap, dice, hd95, iou, surfaceDice, surfaceDistances } from '../../src/core/metrics'
import type { SurfaceDistances } from '../../src/core/metrics'
import { percentile } from '../../src/core/percentile'

const folder = join(import.meta.dirname, '../fixtures/7-metrics')
/** Stated by the fixtures' README. */
const tolerance = 1e-5

const number = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity']).transform(Number)])
const table = z.record(z.string(), number)
const Comparison = z.object({
  spacing_yx: z.tuple([z.number(), z.number()]).default([1, 1]),
  reference: table,
  monai: table,
})
const Metrics = z.object({
  pairs: z.record(
    z.string(),
    z.object({
      shape: z.tuple([z.number(), z.number()]),
      spacing_1_1: Comparison,
      spacing_2_0p5: Comparison,
    }),
  ),
})

const opened = new Set<string>()
const open = (name: string): Buffer => {
  opened.add(name)
  return readFileSync(join(folder, name))
}

/** These files are version 1 containers of uint8 in C order: a header of stated length, then the pixels. */
function readMask(name: string, shape: readonly number[]): Uint8Array {
  const bytes = open(name)
  const start = 10 + bytes.readUInt16LE(8)
  const header = bytes.toString('latin1', 10, start)
  expect(header).toContain("'descr': '|u1'")
  expect(header).toContain(`'shape': (${shape.join(', ')})`)
  return Uint8Array.from(bytes.subarray(start))
}

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** Largest distance of the two directions, which we do not report; null unless both masks have pixels. */
function hausdorff({ toTruth, toPrediction }: SurfaceDistances): number | null {
  if (toTruth.length === 0 || toPrediction.length === 0) return null
  return Math.max(toTruth.at(-1) ?? NaN, toPrediction.at(-1) ?? NaN)
}

/** The columns of scipy's table: every undefined value, our null, is its NaN. */
function referenceRow(
  prediction: Uint8Array,
  truth: Uint8Array,
  distances: SurfaceDistances,
): z.infer<typeof table> {
  const overlap = countOverlap(prediction, truth)
  const toTruth = mean(distances.toTruth)
  const toPrediction = mean(distances.toPrediction)
  const isUndefined = hausdorff(distances) === null
  const both = Float64Array.of(...distances.toTruth, ...distances.toPrediction).sort()
  return {
    pixels_pred: overlap.prediction,
    pixels_gt: overlap.truth,
    intersection: overlap.intersection,
    union: overlap.prediction + overlap.truth - overlap.intersection,
    dice: dice(overlap) ?? NaN,
    iou: iou(overlap) ?? NaN,
    edge_pred: distances.toTruth.length,
    edge_gt: distances.toPrediction.length,
    hd: hausdorff(distances) ?? NaN,
    hd95_max_of_two: hd95(distances) ?? NaN,
    hd95_pooled: isUndefined ? NaN : percentile(both, 95),
    asd_pred_to_gt: isUndefined ? NaN : toTruth,
    asd_gt_to_pred: isUndefined ? NaN : toPrediction,
    assd_pooled: assd(distances) ?? NaN,
    assd_mean_of_two: isUndefined ? NaN : (toTruth + toPrediction) / 2,
    nsd_1: surfaceDice(distances, 1) ?? NaN,
    nsd_2: surfaceDice(distances, 2) ?? NaN,
  }
}

/** The columns of MONAI's table, which splits our null into NaN, Infinity, 0 and 1 by which mask is empty. */
function monaiRow(
  prediction: Uint8Array,
  truth: Uint8Array,
  distances: SurfaceDistances,
): z.infer<typeof table> {
  const overlap = countOverlap(prediction, truth)
  const bothEmpty = overlap.prediction + overlap.truth === 0
  const far = bothEmpty ? NaN : Infinity
  const missed = bothEmpty ? NaN : 0
  const hasTruth = overlap.truth > 0
  const or = (value: number | null, otherwise: number): number => value ?? otherwise
  return {
    dice_ignore_empty: hasTruth ? or(dice(overlap), NaN) : NaN,
    dice_not_ignore_empty: or(dice(overlap), 1),
    iou_ignore_empty: hasTruth ? or(iou(overlap), NaN) : NaN,
    iou_not_ignore_empty: or(iou(overlap), 1),
    hd: or(hausdorff(distances), far),
    hd95: or(hd95(distances), NaN),
    assd: or(assd(distances), far),
    asd: assd(distances) === null ? far : mean(distances.toTruth),
    nsd_1: or(surfaceDice(distances, 1), missed),
    nsd_2: or(surfaceDice(distances, 2), missed),
  }
}

function expectRow(actual: z.infer<typeof table>, expected: z.infer<typeof table>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort())
  for (const [column, value] of Object.entries(expected)) {
    const ours = actual[column] ?? fail(column)
    const isEqual = Object.is(ours, value) || Math.abs(ours - value) <= tolerance
    expect(isEqual, `${column}: ${ours} is not ${value}`).toBe(true)
  }
}

function fail(column: string): never {
  throw new Error(`No value for ${column}`)
}

const { pairs } = Metrics.parse(JSON.parse(open('metrics.json').toString('utf8')))

describe.each(Object.entries(pairs))('metrics of the pair %s', (name, pair) => {
  const [height, width] = pair.shape
  const prediction = readMask(`${name}.pred.npy`, pair.shape)
  const truth = readMask(`${name}.gt.npy`, pair.shape)

  it.each([pair.spacing_1_1, pair.spacing_2_0p5])('agree with scipy at spacing $spacing_yx', comparison => {
    const distances = surfaceDistances(prediction, truth, height, width, comparison.spacing_yx)

    expectRow(referenceRow(prediction, truth, distances), comparison.reference)
  })

  it.each([pair.spacing_1_1, pair.spacing_2_0p5])('agree with MONAI at spacing $spacing_yx', comparison => {
    const distances = surfaceDistances(prediction, truth, height, width, comparison.spacing_yx)

    expectRow(monaiRow(prediction, truth, distances), comparison.monai)
  })
})

describe('the metric fixtures', () => {
  it('are all opened by this file', () => {
    expect([...opened].sort()).toEqual(readdirSync(folder).sort())
    expect(opened.size).toBe(33)
  })
})
