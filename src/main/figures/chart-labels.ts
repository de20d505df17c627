import { text, textWidth } from './svg'
import { chartColours } from './palette'

export interface EndLabel {
  /** The end of the line */
  readonly x: number
  readonly y: number
  readonly content: string
  readonly fill: string
}

interface Room {
  readonly top: number
  readonly bottom: number
  readonly right: number
  /** Taken by the ticks of a second axis, right of the plot */
  readonly gap: number
}

const lineHeight = 15

/**
 * Writes each label behind the end of its line, and pushes labels apart that would lie on each other. A line that
 * ends within the plot is labelled there if the label fits, else in the margin.
 */
export function placeLabels(labels: readonly EndLabel[], room: Room): string[] {
  const placed = labels
    .map(label => {
      const fits = label.x + 8 + textWidth(label.content, 11) <= room.right
      return { ...label, x: fits ? label.x + 8 : Math.max(label.x + 8, room.right + 8 + room.gap) }
    })
    .sort((a, b) => a.y - b.y)
  return spread(
    placed.map(({ y }) => y),
    room,
  ).map((y, i) => {
    const { x = 0, content = '', fill } = placed[i] ?? {}
    return text(x, y + 4, content, { size: 11, bold: true, fill: fill ?? '', halo: chartColours.background })
  })
}

/** Ascending heights, moved as little as needed to lie a line apart and within the room. */
function spread(heights: readonly number[], { top, bottom }: Room): number[] {
  const moved: number[] = []
  for (const height of heights) {
    moved.push(Math.max(height, top, (moved.at(-1) ?? -Infinity) + lineHeight))
  }
  let limit = bottom - lineHeight / 2
  for (let i = moved.length - 1; i >= 0; i--) {
    limit = Math.min(moved[i] ?? limit, limit)
    moved[i] = limit
    limit -= lineHeight
  }
  return moved
}
