/** `1 group`, `3 groups`: a count with its noun, for sentences. */
export function countOf(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`
}
