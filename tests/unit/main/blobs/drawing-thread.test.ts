import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createDraw } from '../../../../src/main/blobs/draw-task'
import { DrawingThread } from '../../../../src/main/blobs/drawing-thread'
import { noTurn } from '../../../../src/shared/geometry/turn'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { folderWith, pngWith } from '../support/folders'
import { threadOf } from '../support/gradient-threads'

const folderOf = () => folderWith({ 'a.png': pngWith(24, 16, [200, 4, 4, 15, 11]) })
const taskOn = (folder: string, name = 'a.png') => ({
  source: { imageFile: join(folder, name), sliceIndex: null, axis: null, window: null },
  masks: [{ colour: 2, runs: encodeRuns(new Uint8Array(24 * 16).fill(1, 60, 90)), box: null }],
  turn: noTurn,
})

function drawingThread(file = 'src/main/workers/drawing.worker.ts'): DrawingThread {
  const thread = new DrawingThread(threadOf(file))
  onTestFinished(() => thread.dispose())
  return thread
}

test('draws the same picture as it would be drawn here, several at once', async () => {
  const folder = folderOf()
  const { draw } = drawingThread()

  const [one, other] = await Promise.all([draw(taskOn(folder)), draw(taskOn(folder))])

  const here = await createDraw()(taskOn(folder))
  expect(Buffer.from(one).equals(here)).toBe(true)
  expect(Buffer.from(other).equals(here)).toBe(true)
})

test('says what a slice cannot be drawn for in the words of its error, and draws the next one', async () => {
  const folder = folderOf()
  const { draw } = drawingThread()

  await expect(draw(taskOn(folder, 'gone.png'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })

  expect((await draw(taskOn(folder))).length).toBeGreaterThan(50)
})

test('a thread that dies takes its pictures with it, and the next call starts another', async () => {
  const folder = folderOf()
  const { draw } = drawingThread('tests/unit/main/workers/threads/exits.ts')

  await expect(draw(taskOn(folder))).rejects.toMatchObject({ code: 'BACKEND_LOST' })
  await expect(draw(taskOn(folder))).rejects.toMatchObject({ code: 'BACKEND_LOST' })
})
