import { labelSources } from '../../../../src/main/label-sources'
import type { LabelFile, LabelFileOf } from '../../../../src/main/label-sources'

/** As `labelSourceOf` chooses, of bytes in memory. */
export async function readLabels<K extends LabelFile['kind']>(
  bytes: Uint8Array | string,
  file: string,
  kind: K,
): Promise<LabelFileOf<K>> {
  const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  const source = labelSources.find(({ sniff }) => sniff(all.subarray(0, 65_536)))
  if (!source) throw new Error(`${file} is taken for no labels`)
  const found = await source.read(all, file)
  if (!isOf(found, kind)) throw new Error(`${file} is read as ${found.kind}`)
  return found
}

const isOf = <K extends LabelFile['kind']>(found: LabelFile, kind: K): found is LabelFileOf<K> =>
  found.kind === kind
