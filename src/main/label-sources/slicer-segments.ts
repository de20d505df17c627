import type { Rgb } from '../../shared/domain/label-palette'
import type { LabelNames, ObjectLabel } from './label-source'

/** Names of 3D Slicer's segments, by the layer of the file that holds them. */
export type SlicerSegments = ReadonlyMap<number, LabelNames>

/**
 * The fields `SegmentN_Name`, `SegmentN_LabelValue`, `SegmentN_Layer` and `SegmentN_Color` of a `.seg.nrrd` file. In older
 * files, which count no values, each segment has a layer of its own.
 */
export function slicerSegments(fields: ReadonlyMap<string, string>): SlicerSegments {
  const layers = new Map<number, Map<number, ObjectLabel>>()
  for (const key of fields.keys()) {
    const number = /^Segment(\d{1,5})_ID$/.exec(key)?.[1]
    if (number === undefined) continue
    const field = (name: string): string | undefined => fields.get(`Segment${number}_${name}`)
    const stated = wholeNumber(field('LabelValue'))
    const value = stated ?? 1
    const layer = wholeNumber(field('Layer')) ?? (stated === null ? Number(number) : 0)
    const names = layers.get(layer) ?? new Map<number, ObjectLabel>()
    names.set(value, { name: field('Name')?.trim() || null, value, colour: colourOf(field('Color')) })
    layers.set(layer, names)
  }
  return layers
}

const wholeNumber = (text: string | undefined): number | null =>
  text !== undefined && /^\s*\d{1,9}\s*$/.test(text) ? Number(text) : null

/** Three numbers from 0 to 1. */
function colourOf(text: string | undefined): Rgb | null {
  const [red, green, blue] = (text ?? '').trim().split(/\s+/).map(Number)
  if (red === undefined || green === undefined || blue === undefined) return null
  const colour = [red, green, blue].map(part => Math.round(part * 255))
  const [r = 0, g = 0, b = 0] = colour
  return colour.every(part => part >= 0 && part <= 255) ? [r, g, b] : null
}
