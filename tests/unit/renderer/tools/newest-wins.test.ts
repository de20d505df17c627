import { describe, expect, it } from 'vitest'
import { newestWins } from '../../../../src/renderer/src/tools/newest-wins'

/** Answers that come when the test lets them. */
function slowAnswers(): {
  answer: (question: number) => Promise<number>
  settle: () => Promise<void>
  asked: number[]
} {
  const asked: number[] = []
  const waiting: (() => void)[] = []
  return {
    asked,
    answer(question) {
      asked.push(question)
      return new Promise((resolve, reject) => {
        waiting.push(() => (question < 0 ? reject(new Error('no')) : resolve(question * 10)))
      })
    },
    async settle() {
      waiting.shift()?.()
      for (let turn = 0; turn < 5; turn++) await Promise.resolve()
    },
  }
}

describe('newestWins', () => {
  it('has one question under way and asks only the newest of those that wait', async () => {
    const slow = slowAnswers()
    const answers: number[] = []
    const decoder = newestWins(
      slow.answer,
      value => answers.push(value),
      () => undefined,
    )

    for (const question of [1, 2, 3, 4]) decoder.ask(question)
    await slow.settle()
    await slow.settle()
    await decoder.idle()

    expect(slow.asked).toEqual([1, 4])
    expect(answers).toEqual([10, 40])
  })

  it('goes on after a failure', async () => {
    const slow = slowAnswers()
    const [answers, failures]: [number[], number[]] = [[], []]
    const decoder = newestWins(
      slow.answer,
      value => answers.push(value),
      (_error, question) => failures.push(question),
    )

    decoder.ask(-1)
    decoder.ask(2)
    await slow.settle()
    await slow.settle()

    expect([answers, failures]).toEqual([[20], [-1]])
  })

  it('gives no answer any more to questions that were dropped', async () => {
    const slow = slowAnswers()
    const answers: number[] = []
    const decoder = newestWins(
      slow.answer,
      value => answers.push(value),
      () => undefined,
    )

    decoder.ask(1)
    decoder.drop()
    decoder.ask(2)
    await slow.settle()
    await slow.settle()

    expect(answers).toEqual([20])
  })

  it('takes an answer for the next question as well, where that is known to be the same', async () => {
    const slow = slowAnswers()
    const answers: number[] = []
    const decoder = newestWins(
      slow.answer,
      value => answers.push(value),
      () => undefined,
      (question, before) => question === before,
    )

    // Asked while the first is under way, and again when it is answered.
    decoder.ask(1)
    decoder.ask(1)
    await slow.settle()
    await decoder.idle()
    decoder.ask(1)
    await decoder.idle()
    decoder.ask(2)
    await slow.settle()
    await decoder.idle()

    expect(slow.asked).toEqual([1, 2])
    expect(answers).toEqual([10, 10, 10, 20])
  })

  it('does not remember what was dropped', async () => {
    const slow = slowAnswers()
    const decoder = newestWins(
      slow.answer,
      () => undefined,
      () => undefined,
      () => true,
    )

    decoder.ask(1)
    await slow.settle()
    decoder.drop()
    decoder.ask(1)
    await slow.settle()
    await decoder.idle()

    expect(slow.asked).toEqual([1, 1])
  })
})
