import type { ParameterRange } from './optimizers'
import type { Parameters } from './parameters'

/** The stretches of the flat array that hold the named parameters, neighbours joined. */
export function trainedRanges(parameters: Parameters, names: readonly string[]): ParameterRange[] {
  const trained = new Set(names)
  const ranges: ParameterRange[] = []
  for (const { name, offset, size } of parameters.entries) {
    if (!trained.has(name)) continue
    const last = ranges.at(-1)
    if (last?.end === offset) ranges.splice(-1, 1, { start: last.start, end: offset + size })
    else ranges.push({ start: offset, end: offset + size })
  }
  return ranges
}
