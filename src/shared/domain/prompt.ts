import * as z from 'zod'

/** Of no slice there is; larger ones would lose what floats can hold on their way through the model. */
const coordinate = z.number().min(-1e6).max(1e6)

/** A rectangle in pixel indices of the slice, inclusive at both ends: one pixel has x0 = x1 and y0 = y1. */
export const Box = z.object({ x0: coordinate, y0: coordinate, x1: coordinate, y1: coordinate })
export type Box = z.infer<typeof Box>

/** A click, in pixel indices of the slice; the centre of the first pixel is (0, 0). */
export const PromptPoint = z.object({ x: coordinate, y: coordinate, sign: z.enum(['positive', 'negative']) })
export type PromptPoint = z.infer<typeof PromptPoint>

/** What a person marks to say which object is meant. */
export const Prompt = z.object({ box: Box.nullable(), points: z.array(PromptPoint) })
export type Prompt = z.infer<typeof Prompt>
