import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { OptionField, RecipeChanges, RunEvent, TrainingPlan } from '../../../shared/contract/training'
import type { Preset } from '../../../shared/domain/training-options'
import type { RunSample, TrainingRun } from '../../../shared/domain/training-run'
import { client } from '../api/client'
import { isAbort } from '../composables/error-text'
import { reportError } from './notices'
import { useProjectStore } from './project'
import { useShellStore } from './shell'

export interface LogLine {
  readonly at: string
  readonly message: string
}

type Stage = Extract<RunEvent, { event: 'stage' }>
type Step = Extract<RunEvent, { event: 'step' }>

const atWork: readonly TrainingRun['state'][] = ['running', 'pausing', 'finishing']

/* eslint-disable max-lines-per-function -- a setup store is one function */
/** The runs of the open project, and everything of the one that is shown; it runs on whoever watches. */
export const useTrainingStore = defineStore('training', () => {
  const project = useProjectStore()
  const shell = useShellStore()
  const runs = shallowRef<readonly TrainingRun[]>([])
  const isLoaded = ref(false)
  /** The run on the screen; null: a new one is being set up */
  const shownId = ref<number | null>(null)
  const samples = shallowRef<readonly RunSample[]>([])
  const log = shallowRef<readonly LogLine[]>([])
  const stage = shallowRef<Stage | null>(null)
  const step = shallowRef<Step | null>(null)
  const secondsLeft = ref<number | null>(null)
  const fields = shallowRef<readonly OptionField[]>([])
  const plan = shallowRef<TrainingPlan | null>(null)
  const changes = shallowRef<RecipeChanges>({})
  const allowSharedGroup = ref(false)
  let watching = new AbortController()
  let planning = new AbortController()

  const run = computed(() => runs.value.find(({ id }) => id === shownId.value) ?? null)
  const active = computed(() => runs.value.find(({ state }) => atWork.includes(state)) ?? null)
  /** Of the epochs, in [0, 1] */
  const part = computed(() => {
    if (run.value === null) return 0
    const { epochs, plannedEpochs } = run.value
    const within = step.value === null ? 0 : step.value.step / Math.max(1, step.value.steps)
    return Math.min(1, (epochs.length + within) / Math.max(1, plannedEpochs))
  })

  async function load(): Promise<void> {
    const id = project.id
    if (id === null) return
    const list = await client.training.list({ project: id })
    if (project.id !== id) return
    runs.value = list
    if (!isLoaded.value) {
      isLoaded.value = true
      show(list[0]?.id ?? null)
    } else if (shownId.value !== null && run.value === null) show(list[0]?.id ?? null)
  }

  /** @param id - null: set up a new one */
  function show(id: number | null): void {
    watching.abort()
    watching = new AbortController()
    shownId.value = id
    samples.value = []
    log.value = []
    stage.value = null
    step.value = null
    secondsLeft.value = null
    if (id !== null) void follow(id, watching.signal)
  }

  async function follow(id: number, signal: AbortSignal): Promise<void> {
    try {
      const call = { project: project.openId(), run: id }
      for await (const event of await client.training.watch(call, { signal })) {
        if (signal.aborted) return
        take(event)
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) reportError(error)
    }
  }

  function take(event: RunEvent): void {
    switch (event.event) {
      case 'run':
        replace(event.run)
        if (!atWork.includes(event.run.state)) step.value = null
        return
      case 'stage':
        stage.value = event
        return
      case 'step':
        step.value = event
        stage.value = null
        return
      case 'epoch':
        takeEpoch(event)
        return
      case 'sample':
        samples.value = [...samples.value, event.sample]
        return
      case 'log':
        log.value = [...log.value, { at: event.at, message: event.message }]
    }
  }

  function takeEpoch({ figures, bestEpoch, secondsLeft: left }: Extract<RunEvent, { event: 'epoch' }>): void {
    secondsLeft.value = left
    step.value = null
    if (run.value === null) return
    const before = run.value.epochs.filter(({ epoch }) => epoch < figures.epoch)
    replace({ ...run.value, epochs: [...before, figures], bestEpoch })
  }

  function replace(next: TrainingRun): void {
    runs.value = runs.value.some(({ id }) => id === next.id)
      ? runs.value.map(known => (known.id === next.id ? next : known))
      : [next, ...runs.value]
  }

  /** Follows what a run would take while it is being set up; what the plan before needs measured goes on being so. */
  async function watchPlan(): Promise<void> {
    const before = planning
    const mine = (planning = new AbortController())
    const { signal } = mine
    const id = project.id
    const call = { changes: changes.value, allowSharedGroup: allowSharedGroup.value }
    try {
      if (id === null) return
      for await (const next of await client.training.watchPlan({ project: id, ...call }, { signal })) {
        before.abort()
        if (signal.aborted || project.id !== id) return
        plan.value = next
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) throw error
    } finally {
      before.abort()
    }
  }

  /** Nobody sets up a run any more: nothing is measured for it. */
  function leavePlan(): void {
    planning.abort()
  }

  async function loadFields(): Promise<void> {
    if (fields.value.length === 0) fields.value = await client.training.options()
  }

  /** @param name - null: the next free one */
  async function start(preset: Preset, name: string | null): Promise<void> {
    const shared = { changes: changes.value, allowSharedGroup: allowSharedGroup.value }
    const started = await client.training.start({ project: project.openId(), preset, name, ...shared })
    replace(started)
    show(started.id)
  }

  async function pause(): Promise<void> {
    if (run.value) await client.training.pause({ project: project.openId(), run: run.value.id })
  }

  async function resume(): Promise<void> {
    await goOn(call => client.training.resume(call))
  }

  /** Keeps the best epoch so far; a run that has none yet is gone afterwards. */
  async function stop(): Promise<void> {
    if (run.value && atWork.includes(run.value.state))
      await client.training.stop({ project: project.openId(), run: run.value.id })
    else await goOn(call => client.training.stop(call))
  }

  async function goOn(call: (input: { project: string; run: number }) => Promise<unknown>): Promise<void> {
    const id = run.value?.id
    if (id === undefined) return
    await call({ project: project.openId(), run: id })
    show(id)
  }

  async function remove(id: number): Promise<void> {
    await client.training.remove({ project: project.openId(), run: id })
    await load()
  }

  watch(
    () => project.id,
    id => {
      isLoaded.value = false
      runs.value = []
      plan.value = null
      changes.value = {}
      allowSharedGroup.value = false
      leavePlan()
      show(null)
      if (id !== null) void load().catch(reportError)
    },
    { immediate: true },
  )
  watch(
    () => project.runsChanged,
    () => void load().catch(() => {}),
  )
  watch([active, part], ([now, done]) => {
    shell.setBadge('tune', now === null ? null : { percent: Math.round(100 * done) })
  })

  return {
    ...{ runs, isLoaded, shownId, run, active, part, samples, log, stage, step, secondsLeft },
    ...{ fields, plan, changes, allowSharedGroup },
    ...{ load, show, watchPlan, leavePlan, loadFields, start, pause, resume, stop, remove },
  }
})
