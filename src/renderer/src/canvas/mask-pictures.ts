import { decodeRuns, type RunLengths } from '../../../shared/masks/rle'
import { MaskPicture, type Colour } from './mask-picture'
import type { Size } from './viewport'

/** Pictures of stored masks: drawn once for each mask and colour, let go with the mask. */
export class MaskPictures {
  readonly #known = new WeakMap<RunLengths, { readonly colour: Colour; readonly picture: MaskPicture }>()

  of(runs: RunLengths, size: Size, colour: Colour): MaskPicture {
    const known = this.#known.get(runs)
    if (known?.colour === colour) return known.picture
    const picture = new MaskPicture(decodeRuns(runs, size.width * size.height), size, colour)
    this.#known.set(runs, { colour, picture })
    return picture
  }
}
