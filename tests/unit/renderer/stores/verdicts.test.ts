import { expect, it } from 'vitest'
import { verdicts, type Decision } from '../../../../src/renderer/src/stores/verdicts'
import type { ReviewItem } from '../../../../src/shared/contract/review'
import type { SliceId } from '../../../../src/shared/domain/slice'

type Said = readonly [SliceId, Decision]

const item = (slice: SliceId): ReviewItem => ({
  ...{ slice, state: 'open', objects: 1, predictedIou: 0.9, stability: 0.9, agreement: null },
  ...{ uncertainty: 0.1, level: 'low', probablyEmpty: false, model: 'base' },
})

/** A list of open slices whose verdicts are stored only when the test lets them be. */
function desk(slices: readonly SliceId[]) {
  const items = slices.map(item)
  let current: SliceId | null = slices[0] ?? null
  const sent: Said[] = []
  const ends: { store: () => void; fail: (error: Error) => void }[] = []
  const said = verdicts<Said>({
    items: () => items,
    current: () => current,
    select: slice => (current = slice),
    store: (slice, decision) => {
      sent.push([slice, decision])
      return new Promise((resolve, reject) => {
        ends.push({ store: () => resolve([slice, decision]), fail: reject })
      })
    },
  })
  const press = (decision: Decision) => said.give(current ?? 0, decision)
  return { said, press, sent, ends, current: () => current }
}

it('takes a verdict that is given while another is being stored, for the slice after', async () => {
  const { press, sent, ends, current } = desk([1, 2, 3])

  const first = press('accept')
  const second = press('reject')

  expect(sent).toEqual([
    [1, 'accept'],
    [2, 'reject'],
  ])
  expect(current()).toBe(3)
  for (const { store } of ends) store()
  expect(await Promise.all([first, second])).toEqual(sent)
})

it('says nothing twice to the last slice, whose verdict is on its way', async () => {
  const { press, sent, ends, current } = desk([7])

  const first = press('accept')

  expect(await press('reject')).toBeNull()
  expect([sent, current()]).toEqual([[[7, 'accept']], 7])
  ends[0]?.store()
  expect(await first).toEqual([7, 'accept'])
})

it('passes over slices whose verdicts are on their way, and starts from the front again', () => {
  const { press, said, current } = desk([1, 2, 3])

  void press('accept')
  void press('accept')
  expect([current(), said.nextOpen()]).toEqual([3, null])
})

it('leaves a slice open when its verdict could not be stored', async () => {
  const { press, said, ends, current } = desk([1, 2])

  const failing = press('accept')
  ends[0]?.fail(new Error('disk full'))

  await expect(failing).rejects.toThrow('disk full')
  expect([current(), said.underWay.value.size, said.nextOpen()]).toEqual([2, 0, 1])
})
