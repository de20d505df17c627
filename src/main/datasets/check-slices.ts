import type { FileCache } from './file-cache'
import { createFileCache } from './file-cache'
import { loadSlice } from './load-slice'
import type { SkippedFile, SliceRecord } from './records'
import { skippedOr } from './skipped'

/**
 * Opens every slice once and reports the unusable ones as it meets them.
 *
 * @returns the usable ones, in order, as the value of the finished generator
 */
export async function* checkSlices(
  records: readonly SliceRecord[],
  files: FileCache = createFileCache(),
): AsyncGenerator<SkippedFile, SliceRecord[]> {
  const usable: SliceRecord[] = []
  for (const record of records) {
    const outcome = await skippedOr(() => loadSlice(record, files))
    if ('skipped' in outcome) yield outcome.skipped
    else usable.push(record)
  }
  return usable
}
