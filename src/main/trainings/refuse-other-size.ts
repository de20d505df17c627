import { AppError } from '../../shared/errors'
import { bytesOf } from '../codecs'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'

export interface SliceSize {
  readonly width: number
  readonly height: number
}

/**
 * Refuses the pixels of a slice whose file was replaced by one of another size: its masks fit no more.
 *
 * @throws AppError UNUSABLE_SLICE with the user's own file
 */
export function refuseOtherSize(session: ProjectSession, id: number, found: SliceSize): void {
  const slice = session.store.slices.get(id)
  if (!slice || (slice.width === found.width && slice.height === found.height)) return
  const { imageFile, sliceIndex } = sliceSource(session, id)
  const reason =
    `it measures ${found.height} x ${found.width} pixels now, and slice ${slice.name} ` +
    `was drawn on ${slice.height} x ${slice.width}`
  const place = sliceIndex === null ? {} : { plane: sliceIndex }
  throw new AppError('UNUSABLE_SLICE', { file: imageFile, reason, ...place })
}

const headLength = 24

/** Size that a PNG says it has, without decoding it; null where its first bytes are not those of one. */
export async function pngSize(file: string): Promise<SliceSize | null> {
  const head = Buffer.from(await bytesOf(file, headLength))
  const isPng = head.length === headLength && head.subarray(1, 4).toString('latin1') === 'PNG'
  return isPng ? { width: head.readUInt32BE(16), height: head.readUInt32BE(20) } : null
}
