import { AppError } from '../../shared/errors'
import { systemCode } from './write-atomically'

/** How an answer continues what is already there; the body follows. */
export interface Continuation {
  /** Bytes of the earlier part that stay */
  readonly from: number
  /** Size of the whole file; null where the server does not say */
  readonly total: number | null
}

/** Largest file that is taken from a server which does not say how much it will send. */
export const largestDownload = 2 ** 30

/**
 * Reads the head of the answer.
 *
 * @param have - bytes of an earlier attempt, asked to be left out
 * @returns null when the earlier part does not fit the file, so that the download has to start anew
 */
export function continuationOf(response: Response, have: number, model: string): Continuation | null {
  const failed = (reason: string) => new AppError('DOWNLOAD_FAILED', { model, reason })
  if (response.status === 416) return null
  if (response.status === 404) throw failed(`${response.url} does not exist any more (404)`)
  if (response.status !== 200 && response.status !== 206) {
    throw failed(`the server answered ${response.status}. Try again later`)
  }
  if (/^text\/html|^application\/xhtml/.test(response.headers.get('content-type') ?? '')) {
    throw failed('a web page came instead of the file; a proxy or a log-in page may stand between')
  }
  if (response.status === 200) return { from: 0, total: count(response.headers.get('content-length')) }
  const [, from, total] =
    /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? []
  return Number(from) === have ? { from: have, total: count(total ?? null) } : null
}

function count(text: string | null): number | null {
  return text !== null && /^\d+$/.test(text) ? Number(text) : null
}

/** What came is not the file: why, as far as its first bytes tell. */
export function strangerReason(start: Uint8Array): string {
  const text = new TextDecoder('latin1').decode(start).trimStart().toLowerCase()
  if (text.startsWith('version https://git-lfs')) return 'a Git LFS pointer came instead of the file itself'
  if (text.startsWith('<!doctype') || text.startsWith('<html')) return 'a web page came instead of the file'
  return 'what came is not the file that its authors published (its checksum differs). Try again'
}

/** A failure of the connection in the user's words. */
export function connectionError(error: unknown, { model, url }: { model: string; url: string }): AppError {
  const code = systemCode(error) ?? systemCode(error instanceof Error ? error.cause : undefined)
  const offline = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN']
  const reason =
    code !== undefined && offline.includes(code)
      ? `${new URL(url).host} cannot be reached (${code}); this computer may be offline. Connect it, or fetch ${url} ` +
        `on another computer and run "slicetune models import FILE"`
      : `the connection broke${code === undefined ? '' : ` (${code})`}. Run the command again: it goes on where it stopped`
  return new AppError('DOWNLOAD_FAILED', { model, reason }, { cause: error })
}
