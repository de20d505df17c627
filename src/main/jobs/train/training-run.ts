import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { meanOfDefined } from '../../../core/metrics'
import { plateauDefaults } from '../../../core/training/schedules'
import type { EndReason, TrainerEvent, TrainingState } from '../../../core/training/trainer'
import { LossNotFinite, trainEpochs } from '../../../core/training/trainer'
import type { JobEvent } from '../../../shared/domain/events'
import { presets } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import { countOf } from '../../../shared/text/count-of'
import type { Verdict } from '../../figures'
import { writeAtomically } from '../../files/write-atomically'
import type { OpenedModel } from '../../models/open-model'
import type { JobContext } from '../../workers/contract'
import { endReasons } from './end-reasons'
import type { EpochLine } from './epoch-line'
import { epochLines } from './epoch-line'
import { RunCheckpoints } from './run-checkpoints'
import { checkpointNames, isFile } from './run-folder'
import type { RunProgress } from './run-progress'
import type { JudgedCase, RunDescription } from './run-report'
import { judgedCases, runVerdict, writeCharts, writeLog, writeModelCard, writeOverlays } from './run-report'
import { unflipped } from './sample-draws'
import type { TrainingSession } from './session'
import { shownBase, shownSamples } from './shown-samples'
import { teachFinder } from './teach-finder'
import type { TrainingData } from './training-data'
import { Validator } from './validation'

export interface RunWorld {
  readonly opened: OpenedModel
  readonly data: TrainingData
  readonly session: TrainingSession
  readonly context: JobContext
  readonly progress: RunProgress
  /** Held-out slices that are shown after each epoch */
  readonly sampleSlices: number | undefined
}

/** One run of training, from the first look at the held-out slices to the report. */
export class TrainingRun {
  readonly #run: RunDescription
  readonly #world: RunWorld
  readonly #progress: RunProgress
  readonly #checkpoints: RunCheckpoints
  readonly #validator: Validator
  readonly #epochs: EpochLine[] = []
  /** With boxes that the finder found; null where there is none */
  #foundDice: number | null = null
  /** Slice by slice, base against tuned; empty before there is a best epoch */
  #cases: readonly JudgedCase[] = []

  constructor(run: RunDescription, world: RunWorld) {
    this.#run = run
    this.#world = world
    this.#progress = world.progress
    this.#checkpoints = new RunCheckpoints(run, world)
    const { session, data, context } = world
    this.#validator = new Validator({
      slices: data.val,
      files: data.files,
      model: session.trainable,
      segmenter: session.segmenter,
      samples: session.samples,
      recipe: run.recipe,
      stop: context.stop,
      sampleSlices: world.sampleSlices,
    })
  }

  async *start(): AsyncGenerator<JobEvent> {
    const start = performance.now()
    const { data, context } = this.#world
    yield { event: 'notice', message: this.#introduction() }
    await this.#openFolder()
    yield* this.#encodeSlices()
    yield* this.#judgeBase()
    const reason = yield* this.#train()
    const verdict = yield* this.#judgeBest()
    const checkpoint = join(this.#run.folder, verdict ? checkpointNames.best : checkpointNames.latest)
    const seconds = (performance.now() - start) / 1000
    const bestFigures = {
      epoch: (this.#progress.state.bestEpoch ?? -1) + 1,
      valDice: this.#progress.state.bestDice,
    }
    const done = { best: bestFigures, checkpoint, reason: endReasons[reason](this.#run) }
    yield {
      event: 'done',
      ...done,
      verdict: verdict?.outcome ?? null,
      independent: data.independent,
      cases: this.#cases,
    }
    yield {
      event: 'report',
      command: 'train',
      ...done,
      ended: reason,
      folder: this.#run.folder,
      epochs: this.#progress.state.epoch,
      baseDice: verdict?.base ?? null,
      foundDice: this.#foundDice,
      verdict: verdict?.sentence ?? null,
      independent: data.independent,
      skipped: data.skipped.length,
      engine: context.engines.runtime,
      seconds,
      interrupted: context.stop.requested,
    }
  }

  /** The model as it came, on the held-out slices; a run that was stopped before leaves it to the resumed one. */
  async *#judgeBase(): AsyncGenerator<JobEvent> {
    if (this.#progress.baseCases || this.#world.context.stop.requested) return
    const total = this.#world.data.val.length
    const slices = this.#validator.validating(true)
    try {
      for (;;) {
        const next = await slices.next()
        if (next.done === true) {
          this.#progress.baseCases = next.value.cases
          yield* shownBase(this.#validator, this.#baseDice())
          return
        }
        yield { event: 'progress', stage: 'Judging the base', done: next.value, total }
      }
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'ABORTED') throw error
    }
  }

  /** The best weights against the first ones, in card and overlays; null where there are none yet. */
  async *#judgeBest(): AsyncGenerator<JobEvent, Verdict | null> {
    const { data, context, session } = this.#world
    // A second request to stop leaves this to the resumed run.
    if (context.stop.urgent || !(await this.#checkpoints.loadBest(this.#progress))) return null
    const found = yield* teachFinder(this.#run, {
      ...this.#world,
      checkpoints: this.#checkpoints,
      validator: this.#validator,
    })
    this.#foundDice = meanOfDefined(found)
    const [base, tuned] = [this.#progress.baseCases ?? [], this.#progress.bestCases]
    const closeness = await this.#validator.closeness()
    this.#cases = judgedCases({ base, tuned, found, closeness }, data)
    const verdict = runVerdict(base, tuned, data)
    const card = {
      data,
      base,
      tuned,
      found,
      ellipse: await this.#validator.ellipseDice(),
      bestEpoch: this.#progress.state.bestEpoch ?? 0,
      verdict,
      created: new Date().toISOString(),
    }
    yield { event: 'written', file: await writeModelCard(this.#run, card) }
    yield { event: 'written', file: await writeOverlays(this.#run, data, session.segmenter) }
    yield { event: 'notice', message: verdict.sentence }
    return verdict
  }

  #introduction(): string {
    const { train, val } = this.#world.data
    const groups = (part: typeof train): number => new Set(part.map(({ record }) => record.group)).size
    return (
      `Training on ${countOf(train.length, 'slice')} of ${countOf(groups(train), 'group')}, validating on ` +
      `${countOf(val.length, 'slice')} of ${countOf(groups(val), 'group')}; ` +
      `preset ${this.#run.preset}, ${this.#world.context.engines.runtime}.`
    )
  }

  /** What was asked for, and the log of a run that goes on. */
  async #openFolder(): Promise<void> {
    const { folder, program, preset, recipe, base, dataFolder, preprocessing } = this.#run
    const config = { program, preset, recipe, base, data: dataFolder, preprocessing }
    await writeAtomically(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
    const log = await readFile(join(folder, 'log.jsonl'), 'utf8').catch(() => '') // none before the first epoch
    this.#epochs.push(...epochLines(log, this.#progress.state.epoch))
    if (!(await isFile(join(folder, checkpointNames.best)))) this.#forgetBest()
  }

  /** A checkpoint that was moved without the run's best one cannot promise the best one. */
  #forgetBest(): void {
    Object.assign(this.#progress.state, {
      bestEpoch: null,
      bestDice: null,
      lossAtBest: null,
      staleEpochs: 0,
    } satisfies Partial<TrainingState>)
  }

  /** A frozen encoder sees every slice once; its embeddings serve all epochs. */
  async *#encodeSlices(): AsyncGenerator<JobEvent> {
    const { session, data, context } = this.#world
    if (!session.encodesOnce) return
    const all = [...data.val, ...data.train]
    for (const [index, usable] of all.entries()) {
      if (context.stop.requested) return
      await session.samples.input(usable, unflipped)
      yield { event: 'progress', stage: 'Encoding slices', done: index + 1, total: all.length }
    }
  }

  async *#train(): AsyncGenerator<JobEvent, EndReason> {
    const { session, data, context } = this.#world
    const { recipe } = this.#run
    const { samples } = session
    const trainer = trainEpochs(
      session.trainable,
      this.#progress.state,
      {
        batches: epoch =>
          samples.order(epoch, data.train.length).map(
            step => () =>
              samples.batch(
                step.flatMap(index => data.train[index] ?? []),
                epoch,
              ),
          ),
        validate: () => this.#validator.validate(),
        stopRequested: () => context.stop.requested,
        now: () => performance.now(),
      },
      {
        epochs: recipe.epochs,
        weightDecay: recipe.weightDecay,
        bestBy: presets[this.#run.preset].bestBy,
        stopPatience: recipe.stopPatience,
        plateau: { ...plateauDefaults, factor: recipe.plateauFactor, patience: recipe.plateauPatience },
      },
    )
    try {
      for (;;) {
        const next = await trainer.next()
        if (next.done === true) {
          if (next.value === 'stopped' || this.#epochs.length === 0) await this.#save('latest')
          return next.value
        }
        yield* this.#record(next.value)
      }
    } catch (error) {
      if (error instanceof LossNotFinite)
        throw new AppError('NOT_FINITE', { epoch: error.epoch + 1, step: error.step + 1 })
      // A second request to stop, in the middle of a validation: the steps so far are kept.
      if (!(error instanceof AppError) || error.code !== 'ABORTED') throw error
      await this.#save('latest')
      return 'stopped'
    }
  }

  async *#record(event: TrainerEvent): AsyncGenerator<JobEvent> {
    if (event.kind === 'step') {
      const { epoch, step, steps, loss } = event
      if (this.#checkpoints.isDue) await this.#save('latest')
      yield { event: 'step', epoch: epoch + 1, step, steps, loss }
      return
    }
    const { trainLoss, validation, learningRate, seconds, isBest } = event
    const line = {
      epoch: event.epoch + 1,
      trainLoss,
      valLoss: validation.loss,
      valDice: validation.dice,
      learningRate,
      seconds,
      best: isBest,
    }
    this.#progress.lastLoss = trainLoss
    this.#epochs.push(line)
    if (isBest) this.#progress.bestCases = this.#validator.lastCases
    // The log goes first: a crash in between repeats the epoch, whose line the resumed run then writes anew.
    await writeLog(this.#run.folder, this.#epochs)
    // So do the charts: a run that is killed after its last checkpoint draws none any more.
    await writeCharts(this.#run, this.#epochs, {
      bestEpoch: this.#progress.state.bestEpoch,
      baseDice: this.#baseDice(),
    })
    if (isBest) await this.#save('best')
    await this.#save('latest')
    yield { event: 'epoch', ...line }
    yield* shownSamples(this.#validator, line.epoch)
  }

  #baseDice(): number | null {
    return meanOfDefined((this.#progress.baseCases ?? []).map(one => one.dice))
  }

  #save(name: keyof typeof checkpointNames): Promise<void> {
    return this.#checkpoints.save(checkpointNames[name], this.#progress)
  }
}
