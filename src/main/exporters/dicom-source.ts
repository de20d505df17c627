import { bytesOf, codecOf } from '../codecs'

/** Enough to know a format by */
const startLength = 1024

/** Whether a series lies in DICOM files. What cannot be read is none: writing will say why. */
export async function isDicomSource(file: string): Promise<boolean> {
  try {
    return ['dicom', 'dicom-series'].includes(codecOf(await bytesOf(file, startLength), file).id)
  } catch {
    return false
  }
}
