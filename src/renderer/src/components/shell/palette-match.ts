/** Whether every word of what was typed begins or continues somewhere in the name; upper and lower case are one. */
export function matches(name: string, typed: string): boolean {
  const lower = name.toLowerCase()
  return typed
    .toLowerCase()
    .split(/\s+/)
    .every(word => lower.includes(word))
}
