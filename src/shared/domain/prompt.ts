import * as z from 'zod'

/** A rectangle in pixel indices of the slice, inclusive at both ends: one pixel has x0 = x1 and y0 = y1. */
export const Box = z.object({ x0: z.number(), y0: z.number(), x1: z.number(), y1: z.number() })
export type Box = z.infer<typeof Box>

/** A click, in pixel indices of the slice; the centre of the first pixel is (0, 0). */
export const PromptPoint = z.object({ x: z.number(), y: z.number(), sign: z.enum(['positive', 'negative']) })
export type PromptPoint = z.infer<typeof PromptPoint>

/** What a person marks to say which object is meant. */
export const Prompt = z.object({ box: Box.nullable(), points: z.array(PromptPoint) })
export type Prompt = z.infer<typeof Prompt>
