import * as z from 'zod'

/** Which slices trained a model and which were held back, by hashes of their paths: it travels with the checkpoint. */
export const TrainingSplit = z.object({ train: z.array(z.string()), val: z.array(z.string()) })
export type TrainingSplit = z.infer<typeof TrainingSplit>
