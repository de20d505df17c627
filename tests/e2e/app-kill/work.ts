import { encodeRuns } from '../../../src/shared/masks/rle'
import type { Slice } from '../../../src/shared/domain/slice'
import type { AppClient } from '../app-client'

/** What a strike waits for. */
export const moments = ['edit', 'encode', 'propose', 'step', 'epoch', 'export', 'import', 'undo'] as const
export type Moment = (typeof moments)[number]

/** What the server has said "saved" to: slice by slice the masks that must be there afterwards. */
export interface Ledger {
  /** Of the edited slice: its masks after each answered edit, newest last */
  readonly answered: Map<number, string>
  /** The edit that was asked for and not answered yet */
  inFlight: { readonly slice: number; readonly masks: string } | null
}

export const masksOf = ({ annotations }: Pick<Slice, 'annotations'>): string =>
  annotations
    .map(({ runs }) => runs.join(' '))
    .sort()
    .join(' | ')

/** A square mask somewhere on the slice. */
export function squareRuns({ width, height }: Pick<Slice, 'width' | 'height'>, seed: number): number[] {
  const side = 20 + (seed % 40)
  const [left, top] = [(seed * 37) % (width - side), (seed * 61) % (height - side)]
  const mask = new Uint8Array(width * height)
  for (let y = top; y < top + side; y++) mask.fill(1, y * width + left, y * width + left + side)
  return encodeRuns(mask)
}

interface Work {
  readonly client: AppClient
  readonly project: string
  readonly ledger: Ledger
  readonly seed: number
  /** Called at every moment that a strike may wait for */
  readonly at: (moment: Moment) => void
}

/** Draws on the slices that came without annotations, one edit after the other, until the server is gone. */
export async function annotateUntilGone({ client: { api }, project, ledger, seed, at }: Work): Promise<void> {
  const slices = (await api.slices.list({ project })).filter(({ state }) => state !== 'done').slice(0, 8)
  const labels = (await api.projects.get({ project })).labels
  for (let turn = seed * 1000; ; turn++) {
    const slice = slices[turn % slices.length]
    const label = labels[0]
    if (slice === undefined || label === undefined) throw new Error('There is nothing to annotate')
    const before = await api.slices.get({ project, slice: slice.id })
    const runs = squareRuns(before, turn)
    const kept = before.annotations.slice(-2)
    const remove = before.annotations.slice(0, -2).map(({ id }) => id)
    const masks = [...kept.map(one => one.runs.join(' ')), runs.join(' ')].sort().join(' | ')
    ledger.inFlight = { slice: slice.id, masks }
    at('edit')
    const draft = { id: null, labelId: label.id, runs, status: 'accepted', origin: 'drawn' } as const
    const put = [{ ...draft, prompt: null, predictedIou: null, model: null }]
    const { slice: after } = await api.slices.edit({
      project,
      slice: slice.id,
      edit: { action: 'polygon', put, remove, spentMs: 5, state: 'in-progress' },
    })
    ledger.answered.set(slice.id, masksOf(after))
    ledger.inFlight = null
    if (turn % 5 === 4)
      await undoAndRedo({ api, project, ledger, at, slice: slice.id, before: masksOf(before) })
    if (turn % 4 === 3) {
      at('propose')
      const box = { x0: 100, y0: 100, x1: 300, y1: 300 }
      await api.segment.propose({ project, slice: slice.id, prompt: { box, points: [] } })
    }
  }
}

interface UndoWork extends Pick<Work, 'project' | 'ledger' | 'at'> {
  readonly api: AppClient['api']
  readonly slice: number
  /** The slice's masks before its last edit */
  readonly before: string
}

async function undoAndRedo({ api, project, ledger, at, slice, before }: UndoWork): Promise<void> {
  const done = ledger.answered.get(slice) ?? ''
  ledger.inFlight = { slice, masks: before }
  at('undo')
  await api.history.undo({ project })
  ledger.answered.set(slice, before)
  ledger.inFlight = { slice, masks: done }
  at('undo')
  await api.history.redo({ project })
  ledger.answered.set(slice, done)
  ledger.inFlight = null
}

const momentOf = { step: 'step', epoch: 'epoch', stage: 'encode' } as const satisfies Record<string, Moment>

/** Trains, again and again, or goes on with what was cut off. */
export async function trainUntilGone({ client: { api }, project, at }: Work): Promise<void> {
  for (;;) {
    const run = await runToWatch(api, project)
    for await (const { event } of await api.training.watch({ project, run })) {
      if (event === 'step' || event === 'epoch' || event === 'stage') at(momentOf[event])
    }
    const ended = (await api.training.list({ project })).find(({ id }) => id === run)
    if (ended?.state !== 'finished') throw new Error(`The run ended as ${JSON.stringify(ended)}`)
  }
}

/** @returns ID of the run that was cut off and goes on, else of a new one */
async function runToWatch(api: AppClient['api'], project: string): Promise<number> {
  const runs = await api.training.list({ project })
  const cut = runs.find(({ state }) => state === 'cut-off' || state === 'paused')
  if (cut) {
    await api.training.resume({ project, run: cut.id })
    return cut.id
  }
  const changes = { epochs: 4, clickShare: 0, finder: false }
  const started = { project, preset: 'quick', changes, name: null, allowSharedGroup: false } as const
  return (await api.training.start(started)).id
}

export async function exportUntilGone({ client: { api }, project, at }: Work): Promise<void> {
  for (;;) {
    at('export')
    for await (const event of await api.exports.run({ project, format: 'png', options: {}, folder: null }))
      if (event.event === 'progress') at('export')
  }
}

/** @param paths - known after the first time, which is still read through */
export async function importUntilGone(
  { client: { api }, project, at }: Work,
  paths: readonly string[],
): Promise<void> {
  for (;;) {
    at('import')
    for await (const event of await api.imports.add({ project, paths: [...paths], copy: true }))
      if (event.event === 'item') at('import')
  }
}
