import type { FileEvent } from '../../../shared/domain/events'

/** What `inspect` found, in a line for a person. */
export function describeFile(event: FileEvent): string[] {
  if ('error' in event) return [event.error.message]
  const { file, format, shape, dtype, min, max, spacing, orientation, warnings } = event
  const facts = [
    `${format}, ${shape.join(' x ')} ${dtype}`,
    min === null || max === null ? 'no numbers' : `values ${short(min)} to ${short(max)}`,
    ...(spacing ? [`${spacing.map(short).join(' x ')} mm`] : []),
    ...(orientation === null ? [] : [orientation]),
  ]
  return [`${file}: ${facts.join(', ')}`, ...warnings.map(warning => `  Note: ${warning}.`)]
}

const short = (value: number): string => String(Number(value.toPrecision(6)))
