import type { Box, Prompt, PromptPoint } from '../../../shared/domain/prompt'

export const noPrompt: Prompt = { box: null, points: [] }

export function withBox(prompt: Prompt, box: Box | null): Prompt {
  return { box, points: prompt.points }
}

export function withPoint(prompt: Prompt, point: PromptPoint): Prompt {
  return { box: prompt.box, points: [...prompt.points, point] }
}

export function withPointAt(
  prompt: Prompt,
  index: number,
  to: { readonly x: number; readonly y: number },
): Prompt {
  return {
    box: prompt.box,
    points: prompt.points.map((point, i) => (i === index ? { ...point, x: to.x, y: to.y } : point)),
  }
}

export function withoutPoint(prompt: Prompt, index: number): Prompt {
  return { box: prompt.box, points: prompt.points.filter((_, i) => i !== index) }
}

/** Whether a model can be asked: one that knows only what is not meant knows nothing. */
export function isAnswerable({ box, points }: Prompt): boolean {
  return box !== null || points.some(({ sign }) => sign === 'positive')
}

export function samePrompt(a: Prompt | null, b: Prompt | null): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}

/** Intersection over union of two boxes, in pixels. */
export function boxOverlap(a: Box, b: Box): number {
  const width = Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) + 1
  const height = Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) + 1
  if (width <= 0 || height <= 0) return 0
  const shared = width * height
  return shared / (areaOf(a) + areaOf(b) - shared)
}

function areaOf({ x0, y0, x1, y1 }: Box): number {
  return (x1 - x0 + 1) * (y1 - y0 + 1)
}
