import type { Prompt } from '../../../shared/domain/prompt'
import type { SliceId } from '../../../shared/domain/slice'
import type { CandidateMask } from '../../../shared/contract/segment'
import type { RunLengths } from '../../../shared/masks/rle'

/** Prompts of a sitting whose candidates come back with undo. */
const limit = 60

/** What models have answered lately: a prompt that comes back finds its other candidates again. */
export class Answers {
  readonly #known = new Map<string, readonly CandidateMask[]>()

  add(slice: SliceId, prompt: Prompt, candidates: readonly CandidateMask[]): void {
    this.#known.set(keyOf(slice, prompt), candidates)
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= limit) break
      this.#known.delete(oldest)
    }
  }

  /** @param runs - the stored mask: candidates are offered only while it is one of them */
  find(slice: SliceId, prompt: Prompt, runs: RunLengths): readonly CandidateMask[] | null {
    const candidates = this.#known.get(keyOf(slice, prompt)) ?? []
    return candidates.some(mask => sameRuns(mask.runs, runs)) ? candidates : null
  }
}

export function sameRuns(a: RunLengths, b: RunLengths): boolean {
  return a === b || (a.length === b.length && a.every((run, index) => run === b[index]))
}

function keyOf(slice: SliceId, prompt: Prompt): string {
  return `${slice} ${JSON.stringify(prompt)}`
}
