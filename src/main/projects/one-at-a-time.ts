const lastOf = new WeakMap<object, Promise<unknown>>()

/** Runs the work once everything is over that was begun for the same owner before, well or not. */
export function oneAtATime<T>(owner: object, work: () => Promise<T>): Promise<T> {
  const result = (lastOf.get(owner) ?? Promise.resolve()).then(work)
  lastOf.set(
    owner,
    result.catch(() => undefined), // whoever asked for it is told
  )
  return result
}
