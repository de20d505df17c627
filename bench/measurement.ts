import * as z from 'zod'

/** What one process measures. The same words go to our process and to PyTorch's, as JSON. */
export const Measurement = z.object({
  job: z.enum(['encoder', 'decoder', 'step', 'quick-epoch']),
  /** Sizes of the network: the two official ones, and two tiny ones for trying the bench itself */
  model: z.enum(['ti', 's', 'nano', 'pico']),
  /** Side of the square, pixels */
  resolution: z.int(),
  /** Images of a training step */
  batch: z.int(),
  /** Images of an epoch */
  samples: z.int(),
  /** Side of the target masks, pixels */
  maskSide: z.int(),
  threads: z.int(),
  /** Of ours, which divide the threads and share the batch; one does all where it is not given */
  workers: z.int().optional(),
  /** Timed runs, after one that warms up */
  runs: z.int(),
})
export type Measurement = z.infer<typeof Measurement>

export const Measured = z.object({
  /** Of each timed run */
  seconds: z.array(z.number()).min(1),
  /** Peak resident size of the process; null where the system does not tell */
  peakMb: z.number().nullable(),
  /** What came out, as one number: engines that did the same work agree in it */
  check: z.number(),
})
export type Measured = z.infer<typeof Measured>
