import type { FileHandle } from 'node:fs/promises'
import { mkdir, open, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { AppError } from '../../shared/errors'
import { connectionError, continuationOf, largestDownload, strangerReason } from './download-answer'
import { gitBlobIdOfFile } from './git-blob'
import { writeError } from './write-atomically'

export interface DownloadOptions {
  /** For errors */
  readonly model: string
  readonly url: string
  /** Where the bytes gather; what an earlier attempt left there is continued */
  readonly part: string
  readonly gitBlob: string
  readonly signal?: AbortSignal
}

/** Bytes so far and in all; `total` is null where the server does not say. */
export interface DownloadProgress {
  readonly done: number
  readonly total: number | null
}

/** Between two reports of progress. */
const REPORT_EVERY_BYTES = 2 ** 18

/**
 * Fetches a file into `part` and checks it by its git blob id. After a broken connection, a truncated answer or an
 * abort the part stays, to be continued; what turns out to be another file is removed.
 *
 * @throws AppError DOWNLOAD_FAILED, ABORTED, DISK_FULL, FOLDER_NOT_WRITABLE
 */
export async function* download(options: DownloadOptions): AsyncGenerator<DownloadProgress> {
  const { model, part, gitBlob } = options
  await mkdir(dirname(part), { recursive: true }).catch((error: unknown) => {
    throw writeError(error, part)
  })
  if (await isFile(part, gitBlob)) return
  const total = yield* fetchInto(options)
  const have = await sizeOf(part)
  if (total !== null && have < total) {
    const reason = `the answer ended after ${have} of ${total} bytes. Run the command again: it goes on where it stopped`
    throw new AppError('DOWNLOAD_FAILED', { model, reason })
  }
  if (!(await isFile(part, gitBlob))) {
    const reason = strangerReason(await firstBytes(part))
    await rm(part, { force: true })
    throw new AppError('DOWNLOAD_FAILED', { model, reason })
  }
}

/** @returns the size that the server announced */
async function* fetchInto(options: DownloadOptions): AsyncGenerator<DownloadProgress, number | null> {
  const have = await sizeOf(options.part)
  const response = await ask(options, have)
  const continuation = continuationOf(response, have, options.model)
  if (!continuation) {
    // The part is longer than the file, or the server continues elsewhere: once more, from the start.
    await response.body?.cancel()
    if (have === 0) {
      throw new AppError('DOWNLOAD_FAILED', {
        model: options.model,
        reason: 'the server sends only parts of it',
      })
    }
    await rm(options.part, { force: true })
    return yield* fetchInto(options)
  }
  const file = await open(options.part, continuation.from > 0 ? 'a' : 'w').catch((error: unknown) => {
    throw writeError(error, options.part)
  })
  try {
    yield* receive(response, file, { ...options, ...continuation })
    await file.sync()
  } finally {
    await file.close()
  }
  return continuation.total
}

async function ask({ url, signal, model }: DownloadOptions, have: number): Promise<Response> {
  const headers = new Headers({ 'Accept-Encoding': 'identity' })
  if (have > 0) headers.set('Range', `bytes=${have}-`)
  try {
    return await fetch(url, { headers, ...(signal ? { signal } : {}) })
  } catch (error) {
    if (signal?.aborted === true) throw new AppError('ABORTED', {}, { cause: error })
    throw connectionError(error, { model, url })
  }
}

async function* receive(
  response: Response,
  file: FileHandle,
  options: DownloadOptions & { readonly from: number; readonly total: number | null },
): AsyncGenerator<DownloadProgress> {
  const { from, total, part, model } = options
  let done = from
  let reported = done
  yield { done, total }
  for await (const chunk of chunksOf(response, options)) {
    done += chunk.length
    if (done > (total ?? largestDownload)) {
      await rm(part, { force: true })
      throw new AppError('DOWNLOAD_FAILED', { model, reason: 'the server sent more than the file holds' })
    }
    await append(file, chunk, part)
    if (done - reported < REPORT_EVERY_BYTES) continue
    reported = done
    yield { done, total }
  }
  if (reported !== done) yield { done, total }
}

async function* chunksOf(
  response: Response,
  { signal, model, url }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of response.body ?? []) yield chunk
  } catch (error) {
    if (signal?.aborted === true) throw new AppError('ABORTED', {}, { cause: error })
    throw connectionError(error, { model, url })
  }
}

/** A part that fills the disk is given back at once: it would only be in the way. */
async function append(file: FileHandle, chunk: Uint8Array, part: string): Promise<void> {
  try {
    for (let at = 0; at < chunk.length;) at += (await file.write(chunk, at)).bytesWritten
  } catch (error) {
    await rm(part, { force: true })
    throw writeError(error, part)
  }
}

async function sizeOf(path: string): Promise<number> {
  return stat(path).then(
    found => found.size,
    () => 0,
  )
}

async function isFile(path: string, gitBlob: string): Promise<boolean> {
  return (await sizeOf(path)) > 0 && (await gitBlobIdOfFile(path)) === gitBlob
}

async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(256), 0, 256, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}
