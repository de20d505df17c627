import type { DataSet } from 'dicom-parser'
import { tags } from './dicom-data-set'

/** Secondary captures, of one frame or several (PS3.4 B.5) */
const secondaryCapture = '1.2.840.10008.5.1.4.1.1.7'

/**
 * Whether text may be written into the pixels: the file says so, it is an ultrasound image, whose margins nearly always hold
 * the patient's name, or a picture of a screen or of film.
 */
export function mayShowText(data: DataSet): boolean {
  const text = (tag: string): string => (data.string(tag) ?? '').trim()
  return (
    text(tags.burnedIn) === 'YES' ||
    text(tags.modality) === 'US' ||
    text(tags.conversionType) !== '' ||
    `${text(tags.sopClass)}.`.startsWith(`${secondaryCapture}.`)
  )
}
