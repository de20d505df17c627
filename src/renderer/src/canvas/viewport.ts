/** Where the slice lies on the stage: screen = slice * scale + offset, in CSS pixels. */
export interface Viewport {
  readonly scale: number
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

export const maxScale = 40
const minScale = 0.05
/** At least this much of the slice stays on the stage. */
const keptInSight = 48

/** The whole slice, as large as it fits, centred in what the padding leaves. */
export function fitViewport(slice: Size, stage: Size, padding: Padding): Viewport {
  const width = Math.max(1, stage.width - 2 * padding.side)
  const height = Math.max(1, stage.height - padding.top - padding.bottom)
  const scale = Math.min(maxScale, width / slice.width, height / slice.height)
  return {
    scale,
    x: padding.side + (width - slice.width * scale) / 2,
    y: padding.top + (height - slice.height * scale) / 2,
  }
}

/** Zooms so that what lies under `at` (screen) stays there. */
export function zoomAt(viewport: Viewport, factor: number, at: Position): Viewport {
  const scale = Math.min(maxScale, Math.max(minScale, viewport.scale * factor))
  const ratio = scale / viewport.scale
  return { scale, x: at.x - (at.x - viewport.x) * ratio, y: at.y - (at.y - viewport.y) * ratio }
}

/** Moves the slice by screen pixels, never out of sight. */
export function panBy(viewport: Viewport, dx: number, dy: number, slice: Size, stage: Size): Viewport {
  const within = (offset: number, length: number, room: number): number =>
    Math.min(room - keptInSight, Math.max(keptInSight - length * viewport.scale, offset))
  return {
    scale: viewport.scale,
    x: within(viewport.x + dx, slice.width, stage.width),
    y: within(viewport.y + dy, slice.height, stage.height),
  }
}

/** From the stage to the slice, where pixel (x, y) covers the square from (x, y) to (x + 1, y + 1). */
export function toSlice(viewport: Viewport, { x, y }: Position): Position {
  return { x: (x - viewport.x) / viewport.scale, y: (y - viewport.y) / viewport.scale }
}
