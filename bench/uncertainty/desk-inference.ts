import type { FoundOnSlice, Inference } from '../../src/main/inference/inference'
import type { InferenceDesk } from '../../src/main/inference/inference-desk'
import type { CandidateMask } from '../../src/shared/contract/segment'

/** The two questions that predicting asks, answered in this thread. */
export function deskInference(desk: InferenceDesk): Pick<Inference, 'find' | 'segment'> {
  return {
    // Boundary: the desk answers each kind of request with its own answer, which the union cannot say.
    find: async (model, source, neighbours) =>
      (await desk.answer({ kind: 'find', input: { model, source, neighbours } })) as FoundOnSlice,
    segment: async (model, source, prompt) =>
      (await desk.answer({ kind: 'segment', input: { model, source, prompt } })) as readonly CandidateMask[],
  }
}
