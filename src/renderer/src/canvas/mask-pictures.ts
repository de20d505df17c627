import { decodeRuns, type RunLengths } from '../../../shared/masks/rle'
import { measureRuns } from '../../../shared/masks/measure-runs'
import { rectangleOf, type Rectangle } from './box-corners'
import { MaskPicture, type Colour } from './mask-picture'
import type { Size } from './viewport'

/** The part of a slice that a mask covers; empty for an empty one. */
export function partOf(runs: RunLengths, width: number): Rectangle {
  const { box } = measureRuns(runs, width)
  return box === null ? { left: 0, top: 0, width: 0, height: 0 } : rectangleOf(box)
}

/** Pictures of stored masks: drawn once for each mask and colour, let go with the mask. */
export class MaskPictures {
  readonly #known = new WeakMap<RunLengths, { readonly colour: Colour; readonly picture: MaskPicture }>()

  of(runs: RunLengths, size: Size, colour: Colour): MaskPicture {
    const known = this.#known.get(runs)
    if (known?.colour === colour) return known.picture
    const mask = decodeRuns(runs, size.width * size.height)
    const picture = new MaskPicture(mask, size, colour, partOf(runs, size.width))
    this.#known.set(runs, { colour, picture })
    return picture
  }
}
