import type * as z from 'zod'
import { AppError } from '../../shared/errors'

/** Bytes of the largest JSON file that is read: twice that of ten thousand pictures with outlines. */
const mostBytes = 2 ** 28

/** Whether a text begins like a JSON object, and has one of these patterns. */
export function looksLikeJson(head: Uint8Array, patterns: readonly RegExp[]): boolean {
  const text = Buffer.from(head).toString('latin1')
  return /^(\xef\xbb\xbf)?\s*\{/.test(text) && patterns.some(pattern => pattern.test(text))
}

/**
 * @param what - such as "COCO", for the sentence
 * @throws AppError CORRUPT_FILE with where it is wrong, FILE_UNREADABLE for one that is too large
 */
export function parseJson<S extends z.ZodType>(
  schema: S,
  { bytes, file, what }: { readonly bytes: Uint8Array; readonly file: string; readonly what: string },
): z.infer<S> {
  if (bytes.length > mostBytes) {
    const reason = `it is larger than the ${mostBytes / 2 ** 20} MB that SliceTune reads as ${what}`
    throw new AppError('FILE_UNREADABLE', { file, reason })
  }
  const result = schema.safeParse(jsonOf(bytes, file))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = issue?.path
    .map(part => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
  const what2 = issue?.message.slice(0, 120) ?? 'it makes no sense'
  throw new AppError('CORRUPT_FILE', {
    file,
    reason: `as ${what}, at ${place?.replace(/^\./, '') || 'its top'}: ${what2}`,
  })
}

function jsonOf(bytes: Uint8Array, file: string): unknown {
  try {
    // TextDecoder drops the mark of a byte order that some editors leave.
    return JSON.parse(new TextDecoder('utf-8').decode(bytes))
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'it is no JSON' }, { cause })
  }
}
