import { spawnSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeAtomically } from '../../../../src/main/files/write-atomically'
import { runProgram } from './run-program'

const program = fileURLToPath(new URL('write-once.ts', import.meta.url))

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slicetune-write-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('writing a file atomically', () => {
  it('replaces the old contents and leaves nothing beside', async () => {
    const file = join(folder, 'model.pth')
    await writeFile(file, 'old')

    await writeAtomically(file, new Uint8Array([1, 2, 3]))
    await writeAtomically(join(folder, 'log.txt'), 'grün')

    expect([...(await readFile(file))]).toEqual([1, 2, 3])
    expect(await readFile(join(folder, 'log.txt'), 'utf8')).toBe('grün')
    expect(await readdir(folder)).toEqual(['log.txt', 'model.pth'])
  })

  it('names the folder that is not there', async () => {
    const file = join(folder, 'nowhere', 'model.pth')

    await expect(writeAtomically(file, 'x')).rejects.toMatchObject({
      code: 'FOLDER_NOT_FOUND',
      data: { file: join(folder, 'nowhere') },
    })
  })

  it('removes what it wrote when the name is taken by a folder', async () => {
    await mkdir(join(folder, 'model.pth'))
    await writeFile(join(folder, 'model.pth', 'keep'), '')

    await expect(writeAtomically(join(folder, 'model.pth'), 'x')).rejects.toThrow()

    expect(await readdir(folder)).toEqual(['model.pth'])
  })

  it('says that a folder is read-only, and leaves the old file whole', async () => {
    const file = join(folder, 'model.pth')
    await writeFile(file, 'old')
    await chmod(folder, 0o555)

    // Root may write anywhere, so the program then runs as nobody.
    const outcome = await runProgram(program, [file, '1'], {
      uid: process.getuid?.() === 0 ? 65534 : undefined,
    })

    await chmod(folder, 0o755)
    expect(outcome).toEqual({ code: 'FOLDER_NOT_WRITABLE', data: { file: folder } })
    expect(await readFile(file, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['model.pth'])
  })

  it('counts a limit on the size of files as a full disk', async () => {
    const file = join(folder, 'model.pth')

    const outcome = await runProgram(program, [file, '200000'], { limit: 'ulimit -f 64' })

    expect(outcome).toEqual({ code: 'DISK_FULL', data: { file } })
    expect(await readdir(folder)).toEqual([])
  })

  it('says that the disk is full, and leaves the old file whole', async () => {
    const disk = join(folder, 'disk')
    await mkdir(disk)
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status === 0
    const file = join(disk, 'model.pth')
    try {
      await writeFile(file, 'old')

      // Where no small disk can be mounted, a limit on the size of files stands in for it.
      const outcome = mounted
        ? await failure(file, 'x'.repeat(200_000))
        : await runProgram(program, [file, '200000'], { limit: 'ulimit -f 64' })

      expect(outcome).toEqual({ code: 'DISK_FULL', data: { file } })
      expect(await readFile(file, 'utf8')).toBe('old')
      expect(await readdir(disk)).toEqual(['model.pth'])
    } finally {
      if (mounted) spawnSync('umount', [disk])
    }
  })
})

async function failure(file: string, contents: string): Promise<unknown> {
  try {
    await writeAtomically(file, contents)
  } catch (error) {
    return error instanceof Error && 'data' in error && 'code' in error
      ? { code: error.code, data: error.data }
      : error
  }
  return 'written'
}
