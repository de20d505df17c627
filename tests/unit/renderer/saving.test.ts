import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, test } from 'vitest'
import { useSavingStore } from '../../../src/renderer/src/stores/saving'

beforeEach(() => {
  setActivePinia(createPinia())
})

const diskFull = Object.assign(new Error('full'), { code: 'DISK_FULL', data: { file: 'p.sqlite' } })

test('says that it saves while it does, and when it was saved', async () => {
  const saving = useSavingStore()
  let finish = (_answer: string): void => undefined

  const tracked = saving.track(() => new Promise<string>(resolve => (finish = resolve)))
  expect(saving.state).toBe('saving')
  finish('answer')

  expect(await tracked).toBe('answer')
  expect(saving.state).toBe('saved')
  expect(saving.savedAt).not.toBeNull()
})

test('a failed save stays until saving works again, and is thrown on', async () => {
  const saving = useSavingStore()

  await expect(saving.track(() => Promise.reject(diskFull))).rejects.toBe(diskFull)
  expect(saving.state).toBe('failed')
  expect(saving.problem?.code).toBe('DISK_FULL')

  await saving.track(() => Promise.resolve())
  expect(saving.state).toBe('saved')
})

test('what was called off did not fail', async () => {
  const saving = useSavingStore()
  const abort = new DOMException('Cancelled.', 'AbortError')

  await expect(saving.track(() => Promise.reject(abort))).rejects.toBe(abort)

  expect(saving.state).toBe('saved')
})

test('work on a project that another tab has closed is done again once it is open again', async () => {
  const saving = useSavingStore()
  const closed = Object.assign(new Error('closed'), { code: 'PROJECT_NOT_OPEN', data: { project: 'a' } })
  let open = 'a'
  saving.reopenWith(() => {
    open = 'b'
    return Promise.resolve()
  })

  const answer = saving.track(() => (open === 'a' ? Promise.reject(closed) : Promise.resolve(open)))

  expect(await answer).toBe('b')
  expect(saving.state).toBe('saved')
})

test('a project that cannot be opened again says so', async () => {
  const saving = useSavingStore()
  const closed = Object.assign(new Error('closed'), { code: 'PROJECT_NOT_OPEN', data: { project: 'a' } })
  saving.reopenWith(() => Promise.reject(diskFull))

  await expect(saving.track(() => Promise.reject(closed))).rejects.toBe(diskFull)

  expect(saving.problem?.code).toBe('DISK_FULL')
})
