import * as z from 'zod'

/**
 * How a slice becomes the model's input. It belongs to the model and travels with its weights; training,
 * embedding, evaluation and prediction read it and never decide for themselves.
 */
export const Preprocessing = z.object({
  /** Side of the square that the encoder sees, in pixels; a multiple of the patch size 16. */
  resolution: z.int().positive().multipleOf(16),
  /** `stretch`: bilinear to the square, aspect ratio lost. `pad`: longest side by INTER_AREA, zeros right and below. */
  fit: z.enum(['stretch', 'pad']),
  /** `unit`: the windowed value in [0, 1]. `minmax`: stretched per image so that it spans [0, 1]. */
  intensity: z.enum(['unit', 'minmax']),
  /** Per channel (RGB), subtracted after `intensity`; null leaves the values as they are. */
  mean: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  std: z.tuple([z.number(), z.number(), z.number()]).nullable(),
  /** Prompt slots of the decoder; missing ones are padded. The official code has 6. */
  promptTokens: z.int().min(2),
})
export type Preprocessing = z.infer<typeof Preprocessing>

const imagenet = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const satisfies Record<string, readonly number[]>

/** What the official EfficientSAM code does with an image. */
export const officialPreprocessing: Preprocessing = {
  resolution: 1024,
  fit: 'stretch',
  intensity: 'unit',
  mean: [...imagenet.mean],
  std: [...imagenet.std],
  promptTokens: 6,
}
