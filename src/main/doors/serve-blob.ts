import { isAppError } from '../../shared/errors'
import { parseBlobAddress } from '../../shared/contract/blob-address'
import { log } from '../log'
import type { ReadBlob } from '../services/blob-bytes'

/** The address changes with the bytes (`?v=`), so a browser may keep what it once got. */
const forever = 'private, max-age=31536000, immutable'

/** What every door answers below `/blob/`: the bytes, or a status with the sentence of the error. */
export async function serveBlob(path: string, readBlob: ReadBlob): Promise<Response> {
  const blob = parseBlobAddress(path)
  if (blob === null) return plain('There is nothing at this address.', 404)
  try {
    const { type, bytes, fileName } = await readBlob(blob)
    const headers = new Headers({ 'content-type': type, 'cache-control': forever })
    if (fileName !== null) headers.set('content-disposition', attachment(fileName))
    return new Response(bytes, { headers })
  } catch (error) {
    if (isAppError(error)) return plain(error.message, 404)
    log.error({ blob, err: error }, 'A blob could not be read')
    return plain('This is a fault in SliceTune. Its log says more.', 500)
  }
}

const attachment = (name: string): string => `attachment; filename*=UTF-8''${encodeURIComponent(name)}`

const plain = (text: string, status: number): Response =>
  new Response(text, {
    status,
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' },
  })
