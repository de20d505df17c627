import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { receiveUpload } from '../../../../../src/main/doors/http/upload'
import { folderWith } from '../../support/folders'

const chunks = (...parts: readonly (string | Error)[]): ReadableStream<Uint8Array> => {
  const left = [...parts]
  return new ReadableStream({
    pull: controller => {
      const part = left.shift()
      if (part === undefined) controller.close()
      else if (part instanceof Error) controller.error(part)
      else controller.enqueue(new TextEncoder().encode(part))
    },
  })
}

const namesIn = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : []

test('a file is put together from its parts', async () => {
  const folder = folderWith({})

  const path = await receiveUpload({
    ...{ folder, batch: 'b', name: 'case/a.png', body: chunks('one ', 'two'), limitBytes: 7 },
  })

  expect(path).toBe(join(folder, 'uploads', 'b', 'case', 'a.png'))
  expect(readFileSync(path, 'utf8')).toBe('one two')
})

test('one byte more than the limit is refused, and nothing of it stays', async () => {
  const folder = folderWith({})

  const upload = receiveUpload({
    ...{ folder, batch: 'b', name: 'a.png', body: chunks('one ', 'two'), limitBytes: 6 },
  })

  await expect(upload).rejects.toMatchObject({
    code: 'FILE_TOO_LARGE',
    data: { file: 'a.png', limitBytes: 6 },
  })
  expect(namesIn(join(folder, 'uploads'))).toEqual(['b'])
})

test('a sender who goes away leaves nothing', async () => {
  const folder = folderWith({})

  const body = chunks('half of ', new Error('the connection was closed'))
  await expect(receiveUpload({ folder, batch: 'b', name: 'a.png', body, limitBytes: 100 })).rejects.toThrow(
    'the connection was closed',
  )

  expect(namesIn(join(folder, 'uploads'))).toEqual(['b'])
})

test('a file where the folder should be is said in words', async () => {
  const folder = folderWith({ uploads: new Uint8Array() })

  await expect(
    receiveUpload({ folder, batch: 'b', name: 'a.png', body: chunks('x'), limitBytes: 100 }),
  ).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' })
})
