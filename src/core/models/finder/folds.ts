import { random } from '../../random'

/**
 * Splits samples into parts so that no group (patient, volume) lies in two of them; parts get about equally many
 * samples.
 *
 * @param groups - the group of each sample
 * @returns the part of each sample, 0 to count - 1; null with fewer than two groups
 */
export function foldsByGroup(groups: readonly string[], most: number, seed: number): number[] | null {
  const sizes = new Map<string, number>()
  for (const group of groups) sizes.set(group, (sizes.get(group) ?? 0) + 1)
  const count = Math.min(most, sizes.size)
  if (count < 2) return null
  const names = [...sizes.keys()].sort()
  const order = random(seed, 'finder', 'folds').shuffle(names.length)
  const filled = Array<number>(count).fill(0)
  const foldOf = new Map<string, number>()
  for (const index of order) {
    const name = names[index] ?? ''
    const fold = filled.indexOf(Math.min(...filled))
    foldOf.set(name, fold)
    filled[fold] = (filled[fold] ?? 0) + (sizes.get(name) ?? 0)
  }
  return groups.map(group => foldOf.get(group) ?? 0)
}
