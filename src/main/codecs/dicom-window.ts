import type { DataSet } from 'dicom-parser'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { WindowLevel } from '../../shared/domain/window-level'
import type { DecodedFile } from './codec'
import { decimal, decimals, itemsOf, placesOf, tags } from './dicom-data-set'

type Scale = DecodedFile['scale']

/** value = slope * stored + intercept; null where nothing changes. */
export function rescaleOf(data: DataSet): Scale {
  for (const place of placesOf(data, tags.pixelValueTransformation)) {
    const slope = decimal(place, tags.rescaleSlope)
    const intercept = decimal(place, tags.rescaleIntercept)
    if (slope === null && intercept === null) continue
    const scale = { slope: slope === null || slope === 0 ? 1 : slope, intercept: intercept ?? 0 }
    return scale.slope === 1 && scale.intercept === 0 ? null : scale
  }
  return null
}

/** The windows of the file, and the ranges of its VOI tables, which are shown as windows. */
export function windowsOf(data: DataSet): WindowLevel[] {
  const places = placesOf(data, tags.frameVoiLut)
  const windows = places.flatMap(place => {
    const count = place.numStringValues(tags.windowCentre) ?? 0
    const centres = decimals(place, tags.windowCentre, count) ?? []
    const widths = decimals(place, tags.windowWidth, count) ?? []
    return centres.map((centre, index) => ({ centre, width: widths[index] ?? 0 }))
  })
  const tables = itemsOf(data, tags.voiLut).flatMap(item => {
    const entries = item.uint16(tags.lutDescriptor, 0) ?? 0
    const first = item.int16(tags.lutDescriptor, 1) ?? 0
    return entries > 1 ? [{ centre: first + entries / 2, width: entries }] : []
  })
  return [...windows, ...tables].filter(({ width }) => width > 0)
}

/**
 * What a table makes of stored values (Modality LUT, PS3.3 C.11.1.1.1).
 *
 * @returns null where the file has none
 */
export function throughModalityLut(data: DataSet, values: Tensor): Tensor | null {
  const item = itemsOf(data, tags.modalityLut)[0]
  const element = item?.elements[tags.lutData]
  const entries = item?.uint16(tags.lutDescriptor, 0)
  if (!item || !element || entries === undefined) return null
  const isSigned = data.uint16(tags.pixelRepresentation) === 1
  const first = (isSigned ? item.int16(tags.lutDescriptor, 1) : item.uint16(tags.lutDescriptor, 1)) ?? 0
  const count = Math.min(entries === 0 ? 65_536 : entries, Math.floor(element.length / 2))
  if (count === 0) return null
  const table = Uint16Array.from({ length: count }, (_, index) => item.uint16(tags.lutData, index) ?? 0)
  const mapped = new Uint16Array(values.data.length)
  for (let index = 0; index < mapped.length; index++) {
    // index < length; what lies beyond the ends of the table has the value of its end
    const at = Math.min(count - 1, Math.max(0, Number(values.data[index]!) - first))
    mapped[index] = table[at]!
  }
  return tensor('uint16', values.shape, mapped)
}

/** What high values are dark in (MONOCHROME1) is mirrored: display and model then agree with every other image. */
export function mirrored(values: Tensor, bits: number, isSigned: boolean): Tensor {
  const top = isSigned ? -1 : 2 ** bits - 1
  const data = values.data.slice()
  // index < length, and pixels of DICOM are numbers
  for (let index = 0; index < data.length; index++) data[index] = top - (data[index] as number)
  return tensor(values.dtype, values.shape, data)
}

/** The window that shows mirrored values as this one shows those of the file. */
export function mirroredWindow(
  window: WindowLevel,
  bits: number,
  isSigned: boolean,
  scale: Scale,
): WindowLevel {
  const { slope, intercept } = scale ?? { slope: 1, intercept: 0 }
  const top = isSigned ? -1 : 2 ** bits - 1
  // LINEAR lies half a unit below its centre (PS3.3 C.11.2.1.2.1).
  return { ...window, centre: slope * top + 2 * intercept - window.centre + 1 }
}
