import { random } from '../../core/random'
import { AppError } from '../../shared/errors'
import type { SliceRecord } from './records'

export interface SplitOptions {
  /** Part of the slices that validation should get, 0 to 1 */
  readonly validationFraction: number
  readonly seed: number
  /** Split the slices of a single group rather than refuse */
  readonly allowSharedGroup: boolean
  /** What the slices came from, for the error message */
  readonly file: string
}

export interface Split {
  readonly train: readonly SliceRecord[]
  readonly val: readonly SliceRecord[]
  /** Whether no group is on both sides */
  readonly independent: boolean
}

/**
 * Splits slices so that whole groups stay together: random groups as long as they fit into the wanted part, at
 * least one. A function of the groups and the seed, not of the order of the records.
 *
 * @throws AppError SINGLE_GROUP, unless a shared group is allowed; TOO_FEW_SLICES
 */
export function splitByGroup(records: readonly SliceRecord[], options: SplitOptions): Split {
  const sizes = new Map<string, number>()
  for (const { group } of records) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const wanted = Math.max(1, Math.round(records.length * options.validationFraction))
  if (sizes.size < 2) return sharedGroup(records, wanted, options)
  const names = [...sizes.keys()].sort()
  const order = random(options.seed, 'split')
    .shuffle(names.length)
    .map(index => names[index] ?? '')
  const size = (name: string): number => sizes.get(name) ?? 0
  const chosen = new Set<string>()
  let count = 0
  for (const name of order) {
    if (count + size(name) > wanted) continue
    chosen.add(name)
    count += size(name)
  }
  // Every group is larger than the wanted part: the smallest comes nearest to it.
  if (chosen.size === 0) chosen.add(order.reduce((least, name) => (size(name) < size(least) ? name : least)))
  // A fraction near 1 must still leave something to train on.
  if (chosen.size === names.length) chosen.delete(order.at(-1) ?? '')
  return {
    train: records.filter(record => !chosen.has(record.group)),
    val: records.filter(record => chosen.has(record.group)),
    independent: true,
  }
}

/** The end of the one volume is held back as a block: neighbouring slices look alike. */
function sharedGroup(records: readonly SliceRecord[], wanted: number, options: SplitOptions): Split {
  if (records.length < 2) throw new AppError('TOO_FEW_SLICES', { file: options.file })
  if (!options.allowSharedGroup) {
    throw new AppError('SINGLE_GROUP', { file: options.file, group: records[0]?.group ?? 'none' })
  }
  const border = records.length - Math.min(wanted, records.length - 1)
  return { train: records.slice(0, border), val: records.slice(border), independent: false }
}
