import { tensor } from '../../core/tensor/tensor'
import type { Annotation } from '../../shared/domain/annotation'
import type { Rgb } from '../../shared/domain/label-palette'
import { labelPalette } from '../../shared/domain/label-palette'
import type { Turn } from '../../shared/geometry/turn'
import { noTurn, turnSize, turnValues } from '../../shared/geometry/turn'
import { maskEdges } from '../../shared/masks/edges'
import { decodeRuns } from '../../shared/masks/rle'
import { writePng } from '../codecs'
import type { SmallPicture } from './small-picture'

const fillOpacity = 0.4

export interface ColouredMask extends Pick<Annotation, 'runs' | 'box'> {
  /** Of the palette, from 1 */
  readonly colour: number
}

/** @returns a PNG, turned: the picture with each mask filled and outlined in the colour of its label */
export function drawThumbnail(
  picture: SmallPicture,
  masks: readonly ColouredMask[],
  turn: Turn = noTurn,
): Uint8Array<ArrayBuffer> {
  const { height, width } = picture
  const rgb = picture.rgb.slice()
  for (const { colour, ...mask } of masks) paint(rgb, smallMask(mask, picture), colourOf(colour))
  const shown = turnSize(picture, turn)
  const turned = turnValues(rgb, picture, 3, turn)
  return new Uint8Array(writePng(tensor('uint8', [shown.height, shown.width, 3], turned)))

  function paint(onto: Uint8Array, mask: Uint8Array, colour: Rgb): void {
    const edges = maskEdges(mask, height, width)
    for (let pixel = 0; pixel < mask.length; pixel++) {
      if (mask[pixel] === 0) continue
      const opacity = edges[pixel] === 1 ? 1 : fillOpacity
      for (let channel = 0; channel < 3; channel++) {
        const at = pixel * 3 + channel
        // at < onto.length and channel < 3
        onto[at] = Math.round(onto[at]! * (1 - opacity) + colour[channel]! * opacity)
      }
    }
  }
}

const [firstColour = [0, 0, 0]] = labelPalette

const colourOf = (colour: number): Rgb => labelPalette[colour - 1] ?? firstColour

/** The mask at the picture's size: what lies under the centre of each pixel; the smallest object stays one pixel. */
function smallMask({ runs, box }: Pick<Annotation, 'runs' | 'box'>, picture: SmallPicture): Uint8Array {
  const { height, width, fullHeight, fullWidth } = picture
  const full = decodeRuns(runs, fullHeight * fullWidth)
  const small = new Uint8Array(height * width)
  const columns = Uint32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * fullWidth) / width))
  let isSeen = false
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * fullHeight) / height) * fullWidth
    // Columns and rows lie inside the slice: hence the `!`.
    for (let x = 0; x < width; x++) {
      if (full[row + columns[x]!] === 0) continue
      small[y * width + x] = 1
      isSeen = true
    }
  }
  if (!isSeen && box) {
    const [x, y] = [(box.x0 + box.x1 + 1) / 2, (box.y0 + box.y1 + 1) / 2]
    small[Math.floor((y * height) / fullHeight) * width + Math.floor((x * width) / fullWidth)] = 1
  }
  return small
}
