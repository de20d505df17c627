import { describe, expect, test } from 'vitest'
import { CallQueue } from '../../../../src/main/inference/call-queue'

/** A queue, and the models of the calls that it has sent; a call is answered by its place among them. */
function queueWithLog() {
  const sent: { id: number; model: string }[] = []
  const queue = new CallQueue((id, request) => {
    sent.push({ id, model: 'model' in request.input ? request.input.model : '' })
  })
  const ask = (model: string, urgency: 'now' | 'later' = 'now', signal?: AbortSignal) =>
    queue.add('describe', { model }, { urgency, signal })
  const answer = (place: number): void =>
    queue.resolve(sent[place]?.id ?? NaN, { offersClicks: true, hasFinder: false })
  const order = (): string[] => sent.map(({ model }) => model)
  return { queue, ask, answer, order }
}

describe('the queue of calls', () => {
  test('sends what cannot wait before all that can, each one by one', () => {
    const { ask, answer, order } = queueWithLog()
    void ask('later 1', 'later')
    void ask('later 2', 'later')
    void ask('now 1')
    void ask('now 2')

    expect(order()).toEqual(['later 1', 'now 1'])
    answer(0)
    expect(order()).toEqual(['later 1', 'now 1'])
    answer(1)
    expect(order()).toEqual(['later 1', 'now 1', 'now 2'])
    answer(2)
    expect(order()).toEqual(['later 1', 'now 1', 'now 2', 'later 2'])
  })

  test('lets nobody who only asks what is there wait for masks', () => {
    const { queue, ask, order } = queueWithLog()
    void ask('masks')
    const source = { imageFile: 'a.png', sliceIndex: null, axis: null, window: null }

    void queue.add('isEncoded', { model: 'is it encoded', source })

    expect(order()).toEqual(['masks', 'is it encoded'])
  })

  test('never sends a call that is cancelled while it waits', async () => {
    const { ask, answer, order } = queueWithLog()
    const cancel = new AbortController()
    void ask('first')
    const second = ask('second', 'now', cancel.signal)
    void ask('third')

    cancel.abort()

    await expect(second).rejects.toMatchObject({ name: 'AbortError' })
    answer(0)
    expect(order()).toEqual(['first', 'third'])
  })

  test('does not wait for a call that is cancelled while it runs, but sends the next one after it', async () => {
    const { ask, answer, order } = queueWithLog()
    const cancel = new AbortController()
    const first = ask('first', 'now', cancel.signal)
    void ask('second')

    cancel.abort()

    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
    expect(order()).toEqual(['first'])
    answer(0)
    expect(order()).toEqual(['first', 'second'])
  })

  test('refuses a call that was cancelled before', async () => {
    const { ask, order } = queueWithLog()

    await expect(ask('first', 'now', AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
    expect(order()).toEqual([])
  })

  test('fails all calls together, and goes on with those that come after', async () => {
    const { queue, ask, order } = queueWithLog()
    const calls = [ask('running'), ask('waiting'), ask('background', 'later')]

    queue.failAll(new Error('gone'))

    for (const call of calls) await expect(call).rejects.toThrow('gone')
    void ask('next')
    expect(order()).toEqual(['running', 'next'])
  })
})
