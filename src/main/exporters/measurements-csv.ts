import { basename } from 'node:path'
import * as z from 'zod'
import type { Annotation } from '../../shared/domain/annotation'
import { measureMask } from '../../shared/masks/measure'
import { decodeRuns } from '../../shared/masks/rle'
import { csvLine } from './csv-line'
import type { ExportSlice } from './exporter'
import { defineExporter } from './exporter'
import { commonOptions } from './option-fields'

const columns = [
  ...['slice', 'file', 'plane', 'split', 'label', 'object', 'area_px', 'longest_diameter_px'],
  ...['ellipse_circumference_px', 'area_mm2', 'longest_diameter_mm', 'ellipse_circumference_mm'],
  ...['spacing_x_mm', 'spacing_y_mm', 'x0', 'y0', 'x1', 'y1', 'origin', 'model', 'predicted_iou'],
]

/** A line an object: area, longest diameter, circumference of its ellipse, in pixels and, where spacing is known, in mm. */
export const measurementsCsv = defineExporter({
  id: 'csv',
  extensions: ['.csv'],
  options: z.object(commonOptions),
  limits: () => [],
  write: async function* (_, world) {
    const lines = [csvLine(columns)]
    const names = new Map(world.labels.map(({ id, name }) => [id, name]))
    yield* world.each(world.slices, slice => {
      world.objectsOf(slice).forEach((object, index) => {
        const label = names.get(object.labelId) ?? ''
        lines.push(csvLine(lineOf(object, { slice, label, number: index + 1 })))
      })
      return Promise.resolve()
    })
    await world.write('measurements.csv', lines.join(''))
  },
})

interface Place {
  readonly slice: ExportSlice
  readonly label: string
  /** Of the slice's objects, from 1 */
  readonly number: number
}

function lineOf(object: Annotation, { slice, label, number }: Place): (string | number | null)[] {
  const { width, height, spacingMm } = slice
  const mask = decodeRuns(object.runs, width * height)
  const pixels = measureMask(mask, height, width)
  const mm = spacingMm === null ? null : measureMask(mask, height, width, spacingMm)
  return [
    ...[slice.name, basename(slice.series.path), slice.plane, slice.split, label, number],
    ...[pixels.area, rounded(pixels.longestDiameter), rounded(pixels.ellipseCircumference)],
    ...[rounded(mm?.area), rounded(mm?.longestDiameter), rounded(mm?.ellipseCircumference)],
    ...(spacingMm === null ? [null, null] : [spacingMm.x, spacingMm.y]),
    ...sidesOf(object),
    ...[object.origin, object.model, rounded(object.predictedIou)],
  ]
}

function sidesOf({ box }: Annotation): (number | null)[] {
  return box === null ? [null, null, null, null] : [box.x0, box.y0, box.x1, box.y1]
}

/** To a ten-thousandth: far below what a pixel allows, and readable. */
function rounded(value: number | null | undefined): number | null {
  return value === null || value === undefined ? null : Math.round(value * 1e4) / 1e4
}
