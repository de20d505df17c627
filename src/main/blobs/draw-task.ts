import type { Turn } from '../../shared/geometry/turn'
import { fileStamp } from '../files/file-stamp'
import type { SliceSource } from '../inference/inference'
import { createPixelReader } from '../projects/slice-pixels'
import type { ColouredMask } from './draw-thumbnail'
import { drawThumbnail } from './draw-thumbnail'
import { RecentlyUsed } from './recently-used'
import type { SmallPicture } from './small-picture'
import { smallPicture } from './small-picture'

/** All that a thumbnail is made of; nothing in it is bound to a thread. */
export interface DrawTask {
  readonly source: SliceSource
  readonly masks: readonly ColouredMask[]
  readonly turn: Turn
}

/** @throws AppError what reading the slice can meet */
export type Draw = (task: DrawTask) => Promise<Uint8Array<ArrayBuffer>>

/** Of 160 x 160 pixels in three channels: 77 kB each */
const mostPictures = 4000

/** Draws in the thread that calls it, and keeps pictures without masks: masks change more often. */
export function createDraw(): Draw {
  const pictures = new RecentlyUsed<SmallPicture>(mostPictures)
  const reader = createPixelReader()
  return async ({ source, masks, turn }) => {
    const key = JSON.stringify([source, await fileStamp(source.imageFile)])
    const known = pictures.get(key)
    const picture = known ?? (await smallPicture(reader, source))
    if (!known) pictures.set(key, picture)
    return drawThumbnail(picture, masks, turn)
  }
}
