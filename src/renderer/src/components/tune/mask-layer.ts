import type { RunLengths } from '../../../../shared/masks/rle'
import { labelColour } from '../../canvas/palette'
import type { Colour } from '../../canvas/mask-picture'

/** A mask to draw on a slice. */
export interface MaskLayer {
  readonly runs: RunLengths
  /** A colour of the canvas: pixels look the same in both themes */
  readonly colour: Colour
  /** 0: outline only */
  readonly fill: number
  readonly dashed?: boolean
  /** Part of the slice's width, [from, to], in which it is drawn; the whole where it is left out */
  readonly between?: readonly [number, number]
}

/** Cyan for the tuned model, amber for its base, white for what the user accepted */
export const layerColours = {
  tuned: labelColour(1),
  base: labelColour(2),
  own: [255, 255, 255],
} as const satisfies Record<string, Colour>
