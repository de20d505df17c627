import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lockFolder } from '../../../../src/main/files/folder-lock'
import { folderWith } from '../support/folders'

const inUse = { code: 'FOLDER_IN_USE' }

test('a folder has one holder at a time, and is free once it is given back', async () => {
  const folder = folderWith({})

  const lock = await lockFolder(folder)
  await expect(lockFolder(folder)).rejects.toMatchObject({ ...inUse, data: { lock: join(folder, '.lock') } })
  await lock.release()

  expect(readdirSync(folder)).toEqual([])
  await (await lockFolder(folder)).release()
})

test.for([
  ['of a process that is gone', `4194305 ${hostname()}\n`],
  ['that a kill cut short', ''],
  ['of before processes were told apart by their start', `4194305 ${hostname()}`],
] as const)('a lock %s is taken over', async ([, text]) => {
  const folder = folderWith({ '.lock': text })

  const lock = await lockFolder(folder)

  expect(readFileSync(join(folder, '.lock'), 'utf8')).toMatch(new RegExp(`^${process.pid} `))
  await lock.release()
})

test('a lock of another computer is respected: nobody here can tell', async () => {
  const folder = folderWith({ '.lock': `1 another-${hostname()}\n` })

  await expect(lockFolder(folder)).rejects.toMatchObject(inUse)
})

/** How a lock of a living process begins its life: its holder says when it started. */
const lockOfOurs = async (): Promise<string> => {
  const folder = folderWith({})
  await lockFolder(folder)
  return readFileSync(join(folder, '.lock'), 'utf8')
}

// Only Linux tells when a process started, and keeps the dead ones that nobody asks after.
test.runIf(process.platform === 'linux')(
  'a lock whose process number was given to a later process is taken over',
  async () => {
    const text = await lockOfOurs()
    const earlier = text.replace(/ (\d+)\n$/, (_, start: string) => ` ${Number(start) - 1}\n`)
    expect(earlier).not.toBe(text)

    const lock = await lockFolder(folderWith({ '.lock': earlier }))

    await lock.release()
  },
)

test.runIf(process.platform === 'linux')(
  'a lock of a killed process is taken over, even where its parent never asked how it ended',
  async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [text] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = text.toString().trim()
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ')

    const lock = await lockFolder(folderWith({ '.lock': `${pid} ${hostname()}\n` }))

    await lock.release()
    parent.kill()
  },
)

test('what a killed holder left unfinished is cleared away, and nothing else', async () => {
  const folder = folderWith({
    '.medsam_lite_latest.pth.0123456789ab.tmp': 'half a checkp',
    '.log.jsonl.ba9876543210.tmp': '',
    '.gitignore': '*',
    'notes.tmp': 'mine',
    '.lock': `4194305 ${hostname()}\n`,
  })
  writeFileSync(join(folder, '.mine.tmp'), '')

  const lock = await lockFolder(folder)

  expect(existsSync(join(folder, '.lock'))).toBe(true)
  await lock.release()
  expect(readdirSync(folder).sort()).toEqual(['.gitignore', '.mine.tmp', 'notes.tmp'])
})
