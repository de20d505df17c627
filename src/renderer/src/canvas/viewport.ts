/** Where the slice lies on the stage: screen = slice * scale * pixel shape + offset, in CSS pixels. */
export interface Viewport {
  readonly scale: number
  /** Of one pixel of the slice: its shorter side is 1 */
  readonly pixelShape: Position
  readonly x: number
  readonly y: number
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Position {
  readonly x: number
  readonly y: number
}

/** Free space around a slice that is fitted: above more, for the corner texts; below for the tray. */
export interface Padding {
  readonly top: number
  readonly side: number
  readonly bottom: number
}

/** How long the sides of a pixel are to each other. @param spacingMm - null, where it is not known: square */
export function pixelShapeOf(spacingMm: Position | null): Position {
  if (spacingMm === null) return { x: 1, y: 1 }
  const shorter = Math.min(spacingMm.x, spacingMm.y)
  return { x: spacingMm.x / shorter, y: spacingMm.y / shorter }
}

/** Screen pixels for a pixel of the slice. */
export function scalesOf({ scale, pixelShape }: Pick<Viewport, 'scale' | 'pixelShape'>): Position {
  return { x: scale * pixelShape.x, y: scale * pixelShape.y }
}

export const maxScale = 40
const minScale = 0.05
/** At least this much of the slice stays on the stage. */
const keptInSight = 48

/** The whole slice, as large as it fits, centred in what the padding leaves. */
export function fitViewport(
  slice: Size,
  stage: Size,
  padding: Padding,
  pixelShape: Position = { x: 1, y: 1 },
): Viewport {
  const width = Math.max(1, stage.width - 2 * padding.side)
  const height = Math.max(1, stage.height - padding.top - padding.bottom)
  const shown = { width: slice.width * pixelShape.x, height: slice.height * pixelShape.y }
  const scale = Math.min(maxScale, width / shown.width, height / shown.height)
  return {
    scale,
    pixelShape,
    x: padding.side + (width - shown.width * scale) / 2,
    y: padding.top + (height - shown.height * scale) / 2,
  }
}

/** So large that it fills the stage: what does not fit is cut off on both sides. */
export function coverViewport(slice: Size, stage: Size, pixelShape: Position = { x: 1, y: 1 }): Viewport {
  const shown = { width: slice.width * pixelShape.x, height: slice.height * pixelShape.y }
  const scale = Math.max(stage.width / shown.width, stage.height / shown.height)
  const [x, y] = [(stage.width - shown.width * scale) / 2, (stage.height - shown.height * scale) / 2]
  return { scale, pixelShape, x, y }
}

/** Zooms so that what lies under `at` (screen) stays there. */
export function zoomAt(viewport: Viewport, factor: number, at: Position): Viewport {
  const scale = Math.min(maxScale, Math.max(minScale, viewport.scale * factor))
  const ratio = scale / viewport.scale
  const { pixelShape } = viewport
  return { scale, pixelShape, x: at.x - (at.x - viewport.x) * ratio, y: at.y - (at.y - viewport.y) * ratio }
}

/** Moves the slice by screen pixels, never out of sight. */
export function panBy(viewport: Viewport, dx: number, dy: number, slice: Size, stage: Size): Viewport {
  const scales = scalesOf(viewport)
  const within = (offset: number, length: number, room: number): number =>
    Math.min(room - keptInSight, Math.max(keptInSight - length, offset))
  return {
    ...viewport,
    x: within(viewport.x + dx, slice.width * scales.x, stage.width),
    y: within(viewport.y + dy, slice.height * scales.y, stage.height),
  }
}

/** From the stage to the slice, where pixel (x, y) covers the square from (x, y) to (x + 1, y + 1). */
export function toSlice(viewport: Viewport, { x, y }: Position): Position {
  const scales = scalesOf(viewport)
  return { x: (x - viewport.x) / scales.x, y: (y - viewport.y) / scales.y }
}
