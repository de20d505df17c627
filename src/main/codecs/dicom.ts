import type { DataSet } from 'dicom-parser'
import type { Tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { directionsOf } from './affine'
import type { CodecResult, FileRole } from './codec'
import { defineCodec } from './codec'
import { paletteColours } from './dicom-colour'
import { isDicom, itemsOf, readDataSet, tags } from './dicom-data-set'
import { geometryOf, placeInSeries } from './dicom-geometry'
import type { DicomImage } from './dicom-image'
import { corrupt, readImage } from './dicom-image'
import { mayShowText } from './dicom-text-in-pixels'
import { readValues } from './dicom-values'
import { mirrored, mirroredWindow, rescaleOf, throughModalityLut, windowsOf } from './dicom-window'

export const dicom = defineCodec({
  id: 'dicom',
  extensions: ['.dcm', '.dicom', '.ima'],
  sniff: isDicom,
  read: async (bytes, file, role): Promise<CodecResult> => {
    try {
      return await readFile(bytes, file, role)
    } catch (cause) {
      // The parser reads values when they are asked for, and throws text where one leads out of the file.
      if (cause instanceof AppError) throw cause
      throw corrupt(file, 'its DICOM elements lead out of the file', cause)
    }
  },
})

async function readFile(bytes: Uint8Array, file: string, role: FileRole): Promise<CodecResult> {
  const data = readDataSet(bytes, file)
  const image = readImage(data, file)
  const stored = await readValues(data, image, file)
  const { spacingMm, affine } = geometryOf(data, image.frames)
  return {
    ...shown(data, image, stored, role, file),
    ...{ spacingMm, affine, storedShape: stored.shape },
    kind: image.frames > 1 ? 'volume' : 'picture',
    directions: affine && directionsOf(affine),
    place: placeInSeries(data),
    mayShowText: mayShowText(data),
    warnings: warningsOf(data),
  }
}

type Shown = Pick<CodecResult, 'pixels'> & Partial<Pick<CodecResult, 'scale' | 'windows'>>

/** Palettes, tables and dark-is-high are undone in an image, and left alone in labels and stored values. */
function shown(data: DataSet, image: DicomImage, stored: Tensor, role: FileRole, file: string): Shown {
  const scale = rescaleOf(data)
  const windows = windowsOf(data)
  if (role !== 'image') return { pixels: stored, scale, windows }
  if (image.photometric === 'PALETTE COLOR') return { pixels: paletteColours(data, stored, file) }
  const mapped = throughModalityLut(data, stored)
  if (image.photometric !== 'MONOCHROME1')
    return mapped ? { pixels: mapped, windows } : { pixels: stored, scale, windows }
  const bits = mapped ? 16 : image.bitsStored
  const isSigned = !mapped && image.isSigned
  const rest = mapped ? null : scale
  return {
    pixels: mirrored(mapped ?? stored, bits, isSigned),
    scale: rest,
    windows: windows.map(window => mirroredWindow(window, bits, isSigned, rest)),
  }
}

function warningsOf(data: DataSet): string[] {
  const isCurved = itemsOf(data, tags.voiLut).length > 0
  return isCurved ? ['its table of grey values (VOI LUT) is shown as a plain window'] : []
}
