import { damaged, unsafe } from './damage'
import type { PickleReader } from './pickle-reader'
import type { CheckpointMap, CheckpointValue } from './value'
import { Named, Tuple } from './value'

export interface PickleWorld {
  /** Whether `module.name` may be named at all. */
  allows(name: string): boolean
  /** What calling an allowed name with these arguments gives. */
  call(name: string, args: readonly CheckpointValue[]): CheckpointValue
  /** A reference to something outside the pickle, such as a storage. */
  persistent(id: CheckpointValue): CheckpointValue
  /** `__setstate__`: returns what stands in the object's place afterwards. */
  build(target: CheckpointValue, state: CheckpointValue): CheckpointValue
}

/** Open containers at a time; an honest checkpoint has about ten. */
const HIGHEST_STACK = 100_000

/** The stack, marks and memo of one pickle being read. */
export class PickleMachine {
  readonly reader: PickleReader
  readonly world: PickleWorld
  readonly #stack: CheckpointValue[] = []
  readonly #marks: number[] = []
  readonly #memo = new Map<number, CheckpointValue>()
  /** What `build` put in an object's place: the memo still holds the unfinished one. */
  readonly #built = new Map<CheckpointValue, CheckpointValue>()

  constructor(reader: PickleReader, world: PickleWorld) {
    this.reader = reader
    this.world = world
  }

  fail(reason: string): never {
    throw damaged(this.reader.file, reason)
  }

  push(value: CheckpointValue): void {
    if (this.#stack.length >= HIGHEST_STACK) this.fail('its values are nested too deeply')
    this.#stack.push(value)
  }

  /** Never takes what lies below the last mark. */
  pop(): CheckpointValue {
    const value = this.#stack.length > (this.#marks.at(-1) ?? 0) ? this.#stack.pop() : undefined
    return value === undefined ? this.fail('its pickle takes more values than it has') : value
  }

  top(): CheckpointValue {
    const value = this.pop()
    this.#stack.push(value)
    return value
  }

  mark(): void {
    if (this.#marks.length >= HIGHEST_STACK) this.fail('its values are nested too deeply')
    this.#marks.push(this.#stack.length)
  }

  popToMark(): CheckpointValue[] {
    const mark = this.#marks.pop()
    return mark === undefined ? this.fail('a mark is missing in its pickle') : this.#stack.splice(mark)
  }

  /** POP also takes a mark when nothing lies above it. */
  drop(): void {
    if (this.#marks.length > 0 && this.#marks.at(-1) === this.#stack.length) this.#marks.pop()
    else this.pop()
  }

  remember(index = this.#memo.size): void {
    this.#memo.set(index, this.top())
  }

  recall(index: number): void {
    const value = this.#memo.get(index)
    if (value === undefined) this.fail('its pickle recalls a value that it never stored')
    this.push(this.#built.get(value) ?? value)
  }

  memoIndex(): number {
    const index = this.reader.decimal()
    return typeof index === 'number' ? index : this.fail('its pickle numbers a value absurdly')
  }

  global(module: string, name: string): void {
    const full = `${module}.${name}`
    if (!this.world.allows(full)) {
      throw unsafe(this.reader.file, `it names ${full}, which is not on the list of harmless names`)
    }
    this.push(new Named(full))
  }

  stackGlobal(): void {
    const [name, module] = [this.pop(), this.pop()]
    if (typeof name !== 'string' || typeof module !== 'string')
      this.fail('a name in its pickle is not a text')
    this.global(module, name)
  }

  call(target: CheckpointValue | undefined, args: readonly CheckpointValue[]): void {
    if (!(target instanceof Named)) this.fail('its pickle calls something that is not a name')
    this.push(this.world.call(target.name, args))
  }

  reduce(): void {
    const args = this.pop()
    if (!(args instanceof Tuple)) this.fail('the arguments of a call in its pickle are no tuple')
    this.call(this.pop(), args.items)
  }

  append(items: readonly CheckpointValue[]): void {
    const list = this.top()
    if (!Array.isArray(list)) this.fail('its pickle appends to something that is no list')
    for (const item of items) list.push(item)
  }

  add(items: readonly CheckpointValue[]): void {
    const set = this.top()
    if (!(set instanceof Set)) this.fail('its pickle adds to something that is no set')
    for (const item of items) set.add(item)
  }

  setItems(items: readonly CheckpointValue[]): void {
    const map = this.top()
    if (!(map instanceof Map)) this.fail('its pickle sets a key of something that is no dict')
    this.fill(map, items)
  }

  fill(map: CheckpointMap, items: readonly CheckpointValue[]): CheckpointMap {
    if (items.length % 2 !== 0) this.fail('a key in its pickle has no value')
    // An odd count was refused above, so both reads are inside.
    for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!)
    return map
  }

  tuple(length: number): void {
    const items: CheckpointValue[] = []
    for (let i = 0; i < length; i++) items.unshift(this.pop())
    this.push(new Tuple(items))
  }

  build(): void {
    const state = this.pop()
    const target = this.pop()
    const built = this.world.build(target, state)
    this.push(built)
    if (built !== target) this.#built.set(target, built)
  }
}
