import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'

/** The name that git gives to a file's contents: the SHA-1 of "blob", its size, a zero byte, and the contents. */
export function gitBlobId(contents: Uint8Array): string {
  return createHash('sha1').update(`blob ${contents.length}\0`).update(contents).digest('hex')
}

export async function gitBlobIdOfFile(path: string): Promise<string> {
  const { size } = await stat(path)
  const hash = createHash('sha1').update(`blob ${size}\0`)
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array) // no encoding set: bytes
  return hash.digest('hex')
}
