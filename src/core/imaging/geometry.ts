import type { Preprocessing } from '../../shared/domain/preprocessing'

/** Where a slice lies on the model's square: enough to carry prompts in and masks back. */
export interface SliceGeometry {
  /** Size of the slice, pixels */
  readonly height: number
  readonly width: number
  /** Side of the square, pixels */
  readonly resolution: number
  readonly fit: Preprocessing['fit']
  /** Part of the square that the slice covers from the top left: the whole of it with `stretch`. */
  readonly fittedHeight: number
  readonly fittedWidth: number
}

/**
 * Longest side to `resolution`, the other rounded half up, as the original script does; at least one pixel.
 *
 * @returns [height, width] in pixels
 */
export function longestSideSize(height: number, width: number, resolution: number): [number, number] {
  const scale = resolution / Math.max(height, width)
  return [Math.max(1, Math.floor(height * scale + 0.5)), Math.max(1, Math.floor(width * scale + 0.5))]
}

export function sliceGeometry(height: number, width: number, preprocessing: Preprocessing): SliceGeometry {
  const { resolution, fit } = preprocessing
  const [fittedHeight, fittedWidth] =
    fit === 'pad' ? longestSideSize(height, width, resolution) : [resolution, resolution]
  return { height, width, resolution, fit, fittedHeight, fittedWidth }
}

/** A point of the slice on the model's square: scaled about the top left corner, as the official code does. */
export function toModel(geometry: SliceGeometry, x: number, y: number): [number, number] {
  return [(x * geometry.fittedWidth) / geometry.width, (y * geometry.fittedHeight) / geometry.height]
}
