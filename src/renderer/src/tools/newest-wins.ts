/** Calls answered one at a time; of those that wait only the newest is asked at all. */
export interface NewestWins<Question> {
  ask(question: Question): void
  /** Answers that are still to come are not given any more. */
  drop(): void
  /** Resolves when nothing is under way or waits. */
  idle(): Promise<void>
}

interface Answered<Question, Answer> {
  readonly question: Question
  readonly answer: Answer
}

/**
 * @param answer - gets a signal that tells when nobody waits for it any more
 * @param take - called with each answer, in order
 * @param fail - called instead when a call failed
 * @param isAnsweredBy - whether the answer to the question before is the answer to this one, which then is not asked
 */
export function newestWins<Question, Answer>(
  answer: (question: Question, signal: AbortSignal) => Promise<Answer>,
  take: (answer: Answer, question: Question) => void,
  fail: (error: unknown, question: Question) => void,
  isAnsweredBy: (question: Question, before: Question) => boolean = () => false,
): NewestWins<Question> {
  let waiting: { readonly question: Question } | null = null
  let running: Promise<void> | null = null
  let abort = new AbortController()
  let last: Answered<Question, Answer> | null = null

  async function run(): Promise<void> {
    while (waiting !== null) {
      const { question } = waiting
      const { signal } = abort
      waiting = null
      try {
        const known = last !== null && isAnsweredBy(question, last.question) ? last : null
        const result = await (known === null ? answer(question, signal) : known.answer)
        if (signal.aborted) continue
        last = { question, answer: result }
        take(result, question)
      } catch (error) {
        if (!signal.aborted) fail(error, question)
      }
    }
    running = null
  }

  return {
    ask(question) {
      waiting = { question }
      running ??= run()
    },
    drop() {
      waiting = last = null
      abort.abort()
      abort = new AbortController()
    },
    idle: () => running ?? Promise.resolve(),
  }
}
