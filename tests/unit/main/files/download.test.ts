import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { DownloadProgress } from '../../../../src/main/files/download'
import { download } from '../../../../src/main/files/download'
import { gitBlobId } from '../../../../src/main/files/git-blob'
import type { Answer } from './file-server'
import { answerWith, breakAfter, serve, startFileServer } from './file-server'
import { runProgram } from './run-program'

const program = fileURLToPath(new URL('download-once.ts', import.meta.url))

const contents = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * 7919) >> 3)
const gitBlob = gitBlobId(contents)

let folder = ''
let server = { url: '', asked: [] as { path: string; range: string | undefined }[], stop: async () => {} }
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slicetune-download-'))
})
afterEach(async () => {
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

const part = () => join(folder, 'model.part')
async function fetchFrom(url: string, signal?: AbortSignal): Promise<DownloadProgress[]> {
  const seen: DownloadProgress[] = []
  const options = {
    model: 'efficientsam-ti',
    url: `${url}/w.pt`,
    part: part(),
    gitBlob,
    ...(signal ? { signal } : {}),
  }
  for await (const progress of download(options)) seen.push(progress)
  return seen
}
/** Compared by hash: element by element, a million bytes take seconds. */
const saved = async () => gitBlobId(await readFile(part()))
const listen = async (...answers: Answer[]) => (server = await startFileServer(...answers))

describe('the git blob id', () => {
  it('is what git hash-object prints', () => {
    expect(gitBlobId(new TextEncoder().encode('hello\n'))).toBe('ce013625030ba8dba906f756967f9e9ca394464a')
    expect(gitBlobId(new Uint8Array())).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  })
})

describe('a download', () => {
  it('brings the file and says how far it is', async () => {
    const { url } = await listen(serve(contents))

    const progress = await fetchFrom(url)

    expect(await saved()).toBe(gitBlob)
    expect(progress[0]).toEqual({ done: 0, total: 1_000_000 })
    expect(progress.at(-1)).toEqual({ done: 1_000_000, total: 1_000_000 })
    expect(progress.map(({ done }) => done)).toEqual(
      progress.map(({ done }) => done).toSorted((a, b) => a - b),
    )
  })

  it('goes on where a broken connection stopped it', async () => {
    const { url, asked } = await listen(breakAfter(contents, 300_000), serve(contents))

    await expect(fetchFrom(url)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(/connection broke.*goes on where it stopped/) as string,
    })
    expect(await saved()).toBe(gitBlobId(contents.subarray(0, 300_000)))
    const progress = await fetchFrom(url)

    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=300000-'])
    expect(progress[0]).toEqual({ done: 300_000, total: 1_000_000 })
    expect(await saved()).toBe(gitBlob)
  })

  it('goes on after an answer that ended too early without saying so', async () => {
    const cut: Answer = (_, response) => {
      response.writeHead(206, { 'Content-Range': 'bytes 0-999999/1000000' })
      response.end(contents.subarray(0, 1000))
    }
    const { url } = await listen(cut, serve(contents))

    await expect(fetchFrom(url)).rejects.toThrow(/the answer ended after 1000 of 1000000 bytes/)
    await fetchFrom(url)

    expect(await saved()).toBe(gitBlob)
  })

  it('starts anew when the server ignores the range', async () => {
    await writeFile(part(), contents.subarray(0, 5000))
    const { url } = await listen(answerWith(200, contents, { 'Content-Length': '1000000' }))

    await fetchFrom(url)

    expect(await saved()).toBe(gitBlob)
  })

  it('starts anew when the server continues at another place', async () => {
    await writeFile(part(), contents.subarray(0, 5000))
    const elsewhere = answerWith(206, contents.subarray(9000), {
      'Content-Range': 'bytes 9000-999999/1000000',
    })
    const { url, asked } = await listen(elsewhere, serve(contents))

    await fetchFrom(url)

    expect(asked.map(({ range }) => range)).toEqual(['bytes=5000-', undefined])
    expect(await saved()).toBe(gitBlob)
  })

  it('starts anew when the part is longer than the file', async () => {
    await writeFile(part(), new Uint8Array(1_000_001))
    const { url } = await listen(serve(contents))

    await fetchFrom(url)

    expect(await saved()).toBe(gitBlob)
  })

  it('asks nobody when the part is already whole', async () => {
    await writeFile(part(), contents)
    const { url, asked } = await listen(serve(contents))

    await fetchFrom(url)

    expect(asked).toEqual([])
  })

  it('does not ask for parts for ever', async () => {
    const { url, asked } = await listen(answerWith(416, ''))

    await expect(fetchFrom(url)).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' })
    expect(asked).toHaveLength(1)
  })

  it.each<[string, Answer, RegExp]>([
    ['a missing file', answerWith(404, 'no'), /w\.pt does not exist any more \(404\)/],
    ['a busy server', answerWith(503, 'no'), /the server answered 503\. Try again later/],
    [
      'a log-in page',
      answerWith(200, '<html>', { 'Content-Type': 'text/html; charset=utf-8' }),
      /a web page came/,
    ],
    ['an unnamed web page', answerWith(200, '\n<!DOCTYPE html><title>Hello'), /a web page came/],
    [
      'a Git LFS pointer',
      answerWith(200, 'version https://git-lfs.github.com/spec/v1\noid'),
      /Git LFS pointer/,
    ],
    ['another file', answerWith(200, contents.toReversed()), /checksum differs/],
    ['an empty file', answerWith(200, ''), /checksum differs/],
    ['a shorter file', answerWith(200, contents.subarray(1)), /checksum differs/],
    [
      'more than announced',
      answerWith(206, contents, { 'Content-Range': 'bytes 0-9/10' }),
      /sent more than the file holds/,
    ],
  ])('refuses %s and leaves nothing behind', async (_, answer, reason) => {
    const { url } = await listen(answer)

    await expect(fetchFrom(url)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      data: { model: 'efficientsam-ti' },
      message: expect.stringMatching(reason) as string,
    })

    expect(await readdir(folder)).toEqual([])
  })

  it('after a wrong part is right the next time', async () => {
    await writeFile(part(), new Uint8Array(5000).fill(9))
    const { url } = await listen(serve(contents))

    await expect(fetchFrom(url)).rejects.toThrow(/checksum differs/)
    await fetchFrom(url)

    expect(await saved()).toBe(gitBlob)
  })

  it('says that the computer may be offline, and what to do instead', async () => {
    const { url, stop } = await listen()
    await stop()

    await expect(fetchFrom(url)).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
      message: expect.stringMatching(
        /cannot be reached \(ECONNREFUSED\).*offline.*models import FILE/,
      ) as string,
    })
    await expect(fetchFrom('http://no-such-host.invalid')).rejects.toThrow(
      /no-such-host\.invalid cannot be reached/,
    )
  })

  it('gives a full disk back what it took', async () => {
    const { url } = await listen(serve(contents))

    const outcome = await runProgram(program, [url, part(), gitBlob], { limit: 'ulimit -f 512' })

    expect(outcome).toEqual({ code: 'DISK_FULL', data: { file: part() } })
    expect(await readdir(folder)).toEqual([])
  })

  it('says that its folder is read-only', async () => {
    const { url } = await listen(serve(contents))
    await chmod(folder, 0o555)

    // Root may write anywhere, so the program then runs as nobody.
    const uid = process.getuid?.() === 0 ? 65534 : undefined
    const outcome = await runProgram(program, [url, part(), gitBlob], { uid })

    expect(outcome).toEqual({ code: 'FOLDER_NOT_WRITABLE', data: { file: folder } })
    await chmod(folder, 0o755)
  })

  it('keeps its part when it is stopped', async () => {
    const stopper = new AbortController()
    const slow: Answer = (_, response) => {
      response.writeHead(200, { 'Content-Length': '1000000' })
      response.write(contents.subarray(0, 600_000))
      setTimeout(() => stopper.abort(), 200)
    }
    const { url } = await listen(slow)

    await expect(fetchFrom(url, stopper.signal)).rejects.toMatchObject({ code: 'ABORTED' })

    expect(await saved()).toBe(gitBlobId(contents.subarray(0, 600_000)))
  })
})
