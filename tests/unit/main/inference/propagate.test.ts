import { describe, expect, test } from 'vitest'
import type { FoundOnSlice, ModelName, SliceSource } from '../../../../src/main/inference/inference'
import type { PropagateTask } from '../../../../src/main/inference/propagate'
import { propagate } from '../../../../src/main/inference/propagate'
import { acceptCrossProposals } from '../../../../src/main/projects/accept-cross-proposals'
import { editCrossPlane } from '../../../../src/main/projects/edit-cross-plane'
import { changeLabel, removeLabel } from '../../../../src/main/projects/edit-labels'
import { editSlice } from '../../../../src/main/projects/edit-slice'
import type { CandidateMask, Propagated } from '../../../../src/shared/contract/segment'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import { crossPlaneId } from '../../../../src/shared/domain/cross-plane'
import type { Prompt } from '../../../../src/shared/domain/prompt'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'
import { GreyInference } from '../reviews/grey-inference'
import type { VolumeProject } from './volume-project'
import { height, leftOf, objectOn, volumeProject, width } from './volume-project'

/** As sure of a plane as it is told to be; without a finder, unless it is given one. */
class SureInference extends GreyInference {
  override hasFinder = false
  readonly sureness: ReadonlyMap<number, number>
  readonly asked: { plane: number | null; x0: number | undefined }[] = []

  constructor(sureness: readonly (readonly [plane: number, iou: number])[] = []) {
    super()
    this.sureness = new Map(sureness)
  }

  onAsked: (plane: number | null) => void = () => undefined

  override async segment(model: ModelName, source: SliceSource, prompt: Prompt): Promise<CandidateMask[]> {
    this.onAsked(source.sliceIndex)
    this.asked.push({ plane: source.sliceIndex, x0: prompt.box?.x0 })
    const predictedIou = this.sureness.get(source.sliceIndex ?? 0) ?? 0.9
    return (await super.segment(model, source, prompt)).map(mask => ({ ...mask, predictedIou }))
  }
}

const drawn = (plane: number): AnnotationDraft => ({
  ...{
    id: null,
    labelId: 1,
    runs: encodeRuns(objectOn(plane)),
    prompt: null,
    predictedIou: null,
    model: null,
  },
  ...({ status: 'accepted', origin: 'drawn' } as const),
})

function draw({ session, slices }: VolumeProject, plane: number, draft = drawn(plane)): number {
  const edit = { action: 'draw', put: [draft], remove: [], spentMs: 0 } as const
  const { result } = editSlice(session, {
    slice: slices[plane] ?? 0,
    edit: { ...edit, put: [draft], remove: [] },
    by: '',
  })
  return result[0] ?? 0
}

async function carried(
  project: VolumeProject,
  task: Partial<PropagateTask> & Pick<PropagateTask, 'annotations'>,
  plane = 2,
) {
  const inference = task.inference ?? new SureInference()
  const events: Propagated[] = []
  const whole: PropagateTask = {
    ...{ session: project.session, inference, model: { id: 'm', name: 'm', base: null } },
    ...{ slice: project.slices[plane] ?? 0, direction: 'both', stopBelow: 0.5, ...task },
  }
  for await (const event of propagate(whole)) events.push(event)
  const planes = events.flatMap(event => (event.event === 'slice' ? [event.plane] : []))
  return { events, planes, report: events.at(-1) }
}

const proposals = ({ session, slices }: VolumeProject, plane: number) =>
  session.store.annotations.ofSlice(slices[plane] ?? 0).filter(({ status }) => status === 'proposal')

describe('propagating through a volume', () => {
  test('carries an object both ways, from plane to plane, and stores proposals', async () => {
    const project = await volumeProject([100, 100, 100, 100, 100])
    const id = draw(project, 2)

    const { planes, report } = await carried(project, { annotations: [id] })

    expect(planes).toEqual([3, 4, 1, 0])
    expect(report).toEqual({ event: 'report', slices: 4, stoppedAt: [], interrupted: false })
    for (const plane of planes) {
      const [proposal, ...others] = proposals(project, plane)
      expect(others).toEqual([])
      expect(proposal).toMatchObject({ labelId: 1, origin: 'propagated', predictedIou: 0.9, model: 'm' })
      expect(decodeRuns(proposal?.runs ?? [], width * height)).toEqual(objectOn(plane))
    }
    expect(proposals(project, 3)[0]?.prompt?.box).toEqual({
      ...{ x0: leftOf(2) - 1, x1: leftOf(2) + 10, y0: 3, y1: 12 },
    })
  })

  test('is one undo', async () => {
    const project = await volumeProject([100, 100, 100, 100])
    const id = draw(project, 1)
    await carried(project, { annotations: [id] }, 1)
    expect(project.session.store.journal.state().undo).toBe('propagate')

    project.session.undo()

    for (const plane of [0, 2, 3]) expect(proposals(project, plane)).toEqual([])
    expect(project.session.store.journal.state().undo).toBe('draw')
  })

  test('stops where the object ends, and where the model is too unsure', async () => {
    const project = await volumeProject([0, 100, 100, 100, 100, 100])
    const id = draw(project, 2)
    const inference = new SureInference([[4, 0.4]])

    const { events, report } = await carried(project, { annotations: [id], inference })

    expect(events.slice(0, -1)).toMatchObject([
      { plane: 3, predictedIou: 0.9, kept: true },
      { plane: 4, predictedIou: 0.4, kept: false },
      { plane: 1, predictedIou: 0.9, kept: true },
      { plane: 0, predictedIou: null, kept: false },
    ])
    expect(report).toMatchObject({ slices: 2, stoppedAt: [project.slices[4], project.slices[0]] })
    expect(proposals(project, 5)).toEqual([])
  })

  test('goes one way only, where it is told to', async () => {
    const project = await volumeProject([100, 100, 100, 100])
    const id = draw(project, 1)

    expect((await carried(project, { annotations: [id], direction: 'up' }, 1)).planes).toEqual([2, 3])
    expect((await carried(project, { annotations: [id], direction: 'down' }, 1)).planes).toEqual([0])
  })

  test('never touches what a person has accepted, and goes on from it', async () => {
    const project = await volumeProject([100, 100, 100, 100, 100])
    const id = draw(project, 1)
    const half = objectOn(2).map((pixel, index) => (Math.floor(index / width) < 8 ? pixel : 0))
    const accepted = draw(project, 2, { ...drawn(2), runs: encodeRuns(half) })
    const before = project.session.store.annotations.get(accepted)

    await carried(project, { annotations: [id], direction: 'up' }, 1)

    expect(project.session.store.annotations.get(accepted)).toEqual(before)
    expect(proposals(project, 2)).toEqual([])
    // The box of half an object sees little more than that.
    expect(proposals(project, 3)[0]?.box).toMatchObject({ y0: 4, y1: 8 })
  })

  test('replaces what an earlier one has left, and stops where somebody has seen nothing', async () => {
    const project = await volumeProject([100, 100, 100, 100])
    const id = draw(project, 0)
    await carried(project, { annotations: [id], direction: 'up' }, 0)
    const edit = { put: [], remove: [], spentMs: 0, state: 'nothing-here' } as const
    const nothing = { ...edit, action: 'nothing-here', put: [], remove: [] } as const
    const slice = project.slices[2] ?? 0
    editSlice(project.session, { slice, edit: { ...nothing, put: [], remove: [] }, by: '' })

    const { planes } = await carried(project, { annotations: [id], direction: 'up' }, 0)

    expect(planes).toEqual([1, 2])
    expect(proposals(project, 1)).toHaveLength(1)
  })

  test('takes what the finder sees of the object where that is surer', async () => {
    const project = await volumeProject([100, 250])
    const id = draw(project, 0)
    const inference = new SureInference([[1, 0.7]])
    inference.hasFinder = true
    const find = inference.find.bind(inference)
    inference.find = async (...asked): Promise<FoundOnSlice> => {
      const found = await find(...asked)
      const [object] = found.objects
      // Beside it another one, of which it must not be taken for.
      return object ? { ...found, objects: [{ ...object, label: 7, predictedIou: 1 }, object] } : found
    }

    await carried(project, { annotations: [id], inference }, 0)

    expect(proposals(project, 1)).toMatchObject([{ labelId: 1, predictedIou: 250 / 255 }])
  })

  test('is cancelled between two planes, and keeps what it has', async () => {
    const project = await volumeProject([100, 100, 100, 100, 100])
    const id = draw(project, 0)
    const cancel = new AbortController()
    const inference = new SureInference()
    const segment = inference.segment.bind(inference)
    inference.segment = async (...asked) => {
      if (asked[1].sliceIndex === 2) cancel.abort()
      cancel.signal.throwIfAborted()
      return segment(...asked)
    }

    const { planes, report } = await carried(
      project,
      { annotations: [id], inference, signal: cancel.signal },
      0,
    )

    expect(planes).toEqual([1])
    expect(report).toMatchObject({ slices: 1, interrupted: true })
  })

  test('refuses an annotation of another slice, and one whose label is locked', async () => {
    const project = await volumeProject([100, 100])
    const id = draw(project, 0)

    await expect(carried(project, { annotations: [id] }, 1)).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
    const { labels } = project.session.store
    labels.change(1, { isLocked: true })
    await expect(carried(project, { annotations: [id] }, 0)).rejects.toMatchObject({ code: 'LABEL_LOCKED' })
  })

  test('carries an object across the slices too, where it becomes voxels once it is accepted', async () => {
    const project = await volumeProject([100, 100, 100, 100, 100])
    const { session, slices } = project
    const [slice] = slices
    const seriesId = session.store.slices.get(slice ?? 0)?.seriesId ?? 0
    const plane = { seriesId, axis: 1, index: 6 } as const
    const mask = slices.map((_, at) => objectOn(at).slice(6 * width, 7 * width))
    const row = { ...drawn(0), runs: encodeRuns(Uint8Array.from(mask.flatMap(line => [...line]))) }
    const edit = { action: 'draw', put: [row], remove: [], spentMs: 0 } as const
    const { result } = editCrossPlane(session, { plane, edit: { ...edit, put: [row], remove: [] }, by: '' })

    const task = { annotations: result, slice: crossPlaneId(plane) }
    const { planes, report } = await carried(project, task)

    // Rows 4 to 11 show it.
    expect(planes.filter(index => index >= 4 && index < 12).toSorted((a, b) => a - b)).toEqual([
      4, 5, 7, 8, 9, 10, 11,
    ])
    expect(report).toMatchObject({ slices: 7 })
    const step = session.store.journal.state().undo
    const ways = planes.map(index => ({ ...plane, index }))
    expect(acceptCrossProposals(session, ways, { by: 'A', joins: null })).toBe(7)
    for (const [at, id] of slices.entries()) {
      const whole = session.store.annotations.ofSlice(id).filter(({ status }) => status === 'accepted')
      expect(whole.map(({ runs }) => runs)).toEqual([encodeRuns(objectOn(at))])
    }
    session.undo()
    expect(session.store.journal.state().undo).toBe(step)
    expect(session.store.annotations.ofSlice(slice ?? 0)).toMatchObject([{ areaPx: 10 }])
    session.undo()
    expect(ways.flatMap(way => session.store.crossProposals.ofPlane(way))).toEqual([])
  })
})

describe('what a person does meanwhile', () => {
  /** Carries from the first plane, and does something when the model is asked for one of the others. */
  async function meanwhile(plane: number, act: (project: VolumeProject) => void) {
    const project = await volumeProject([100, 100, 100, 100, 100, 100])
    const id = draw(project, 0)
    const inference = new SureInference()
    inference.onAsked = asked => {
      if (asked === plane) act(project)
    }
    const task = { inference, annotations: [id], direction: 'up' } as const
    return { project, inference, ...(await carried(project, task, 0)) }
  }
  const carriedTo = (project: VolumeProject) =>
    project.slices.flatMap((_, plane) => (proposals(project, plane).length > 0 ? [plane] : []))

  test('a label that is removed takes its way with it', async () => {
    const { project, report } = await meanwhile(3, ({ session }) => removeLabel(session, 1))

    expect(carriedTo(project)).toEqual([])
    expect(report).toMatchObject({ event: 'report', interrupted: false })
    expect(project.session.undo()?.action).toBe('label-remove')
    expect(carriedTo(project)).toEqual([1, 2])
  })

  test('a label that is locked is not drawn any further', async () => {
    const { project } = await meanwhile(3, ({ session }) => changeLabel(session, 1, { isLocked: true }))

    expect(carriedTo(project)).toEqual([1, 2])
  })

  test('undo takes back what was carried, and nothing more is', async () => {
    const { project, inference, report } = await meanwhile(3, ({ session }) => session.undo())

    expect(carriedTo(project)).toEqual([])
    expect(report).toMatchObject({ event: 'report', interrupted: true })
    expect(inference.asked.map(({ plane }) => plane)).toEqual([1, 2, 3])
    project.session.redo()
    expect(carriedTo(project)).toEqual([1, 2])
  })

  test('a project that is closed ends it', async () => {
    const { report, inference } = await meanwhile(3, ({ session }) => session.changes.close())

    expect(report).toMatchObject({ event: 'report', interrupted: true })
    expect(inference.asked.at(-1)?.plane).toBe(3)
  })
})
