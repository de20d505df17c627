import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Generator } from '../../../../src/core/random'
import { random } from '../../../../src/core/random'
import type { Preset } from '../../../../src/shared/domain/training-options'
import { eventsIn } from '../run-cli'
import type { Phase } from './phase'
import { phaseOf, phases } from './phase'
import { contentsOf, logLines, readWholeRun, unfinishedName } from './run-files'
import type { Aim } from './strike-plan'
import { aims, strikeBy } from './strike-plan'
import type { TinyTraining } from './tiny-training'
import { epochs, makeTinyTraining, trainArguments } from './tiny-training'
import type { TracedRun } from './traced-run'
import { runTraced } from './traced-run'

/** How often a training is killed; a hundred and more by hand. */
const kills = Number(process.env['KILLS'] ?? 9)
const seed = Number(process.env['KILL_SEED'] ?? Date.now() % 2 ** 31)
/** The test is worth nothing where these were never struck. */
const needed = {
  encode: 'encode',
  step: 'step',
  'checkpoint write': 'checkpoint',
} as const satisfies Partial<Record<Phase, Aim>>
type Needed = keyof typeof needed

let training: TinyTraining
beforeAll(() => {
  training = makeTinyTraining()
})
afterAll(() => rmSync(training.folder, { recursive: true, force: true }))

interface Whole {
  readonly contents: Record<string, string>
  readonly milliseconds: number
}

const presets = ['quick', 'full'] as const satisfies readonly Preset[]

function outFolder(name: string): string {
  const out = join(training.folder, name)
  mkdirSync(out)
  return out
}

const runsIn = (out: string): string[] => readdirSync(out).map(name => join(out, name))

/** A run that nothing disturbs: what all the others must come to. */
async function wholeRun(preset: Preset): Promise<Whole> {
  const out = outFolder(`whole-${preset}`)
  const start = performance.now()
  const { code, stderr } = await runTraced(trainArguments(training, preset, out), { out })
  expect([code, stderr]).toEqual([0, expect.any(String)])
  const [run = ''] = runsIn(out)
  const lines = logLines(run)
  // Schedule and choice of the best have something to do, or their resuming would be no test.
  expect(lines).toHaveLength(epochs)
  expect(new Set(lines.map(line => line.learningRate)).size).toBeGreaterThan(1)
  expect(new Set(lines.map(line => line.best)).size).toBe(2)
  return { contents: contentsOf(run), milliseconds: performance.now() - start }
}

/** Counts, for the reader of the test's output. */
class Tally {
  readonly struck = new Map<Phase, number>(phases.map(phase => [phase, 0]))
  readonly interrupted = new Map<Phase, number>(phases.map(phase => [phase, 0]))
  kills = 0
  missed = 0
  stories = 0
  restarts = 0
  leftovers = 0

  count(phase: Phase, byKill: boolean): void {
    const counts = byKill ? this.struck : this.interrupted
    counts.set(phase, (counts.get(phase) ?? 0) + 1)
    if (byKill) this.kills++
  }

  missing(): Needed[] {
    return (Object.keys(needed) as Needed[]).filter(phase => this.struck.get(phase) === 0)
  }

  toString(): string {
    const list = (counts: Map<Phase, number>): string =>
      [...counts].map(([phase, count]) => `${phase} ${count}`).join(', ')
    return [
      `seed ${seed}: ${this.kills} kills in ${this.stories} trainings (${list(this.struck)});`,
      `Ctrl+C: ${list(this.interrupted)}; ended before the strike: ${this.missed};`,
      `begun anew, nothing saved yet: ${this.restarts}; unfinished files left by kills: ${this.leftovers}`,
    ].join('\n')
  }
}

/** One training, killed up to three times, and what it came to. */
class Story {
  readonly #preset: Preset
  readonly #out: string
  readonly #tally: Tally
  readonly #generator: Generator
  /** Newest run folder; those before it were killed before they had saved anything */
  #run: string | null = null

  constructor(preset: Preset, name: string, world: { tally: Tally; generator: Generator }) {
    this.#preset = preset
    this.#out = outFolder(name)
    this.#tally = world.tally
    this.#generator = world.generator
  }

  /** Runs and is struck. @returns whether it ended by itself before */
  async struck(aim: Aim, wholeMs: number): Promise<boolean> {
    const interrupts = ['encode', 'step', 'validation'].includes(aim) && this.#generator.uniform() < 0.25
    const signals = interrupts
      ? this.#generator.choice([['SIGINT'], ['SIGINT', 'SIGINT']] as const)
      : ['SIGKILL' as const]
    const before = this.#unfinished()
    const ended = await this.#go(
      strikeBy({ aim, signals, wholeMs, isResumed: this.#run !== null }, this.#generator),
    )
    this.#run = this.#newest()
    if (ended.code === 0) {
      this.#tally.missed++
      return true
    }
    const unfinished = this.#unfinished().filter(name => !before.includes(name))
    this.#tally.leftovers += unfinished.length
    const isKill = ended.signal === 'SIGKILL'
    if (!isKill) expect([ended.code, ended.stderr]).toEqual([130, expect.any(String)])
    this.#tally.count(phaseOf({ signs: ended.signs, run: this.#run, unfinished }), isKill)
    if (this.#run !== null) await readWholeRun(this.#run)
    // One kill can leave one file at most, and the next run clears it away.
    expect(this.#unfinished().length).toBeLessThanOrEqual(1)
    return false
  }

  /** @returns the run as it ended, when nothing disturbs it any more */
  async finished(): Promise<Record<string, string>> {
    const { code, stderr } = await this.#go({})
    expect([code, stderr]).toEqual([0, expect.any(String)])
    return contentsOf(this.#newest() ?? 'no run')
  }

  /** Goes on from what is there; anew where the program says that there is nothing yet. */
  async #go(hooks: ReturnType<typeof strikeBy>): Promise<TracedRun> {
    const anew = trainArguments(training, this.#preset, this.#out)
    const out = this.#out
    if (this.#run === null) return runTraced(anew, { out, ...hooks })
    const resumed = await runTraced([...anew, '--resume', out], { out, ...hooks })
    if (resumed.code !== 3) return resumed
    expect(eventsIn(resumed.stdout).at(-1)).toEqual({
      event: 'error',
      code: 'NOTHING_TO_RESUME',
      message: `There is no run to resume in ${out}. Give a checkpoint, or start without --resume.`,
      file: out,
    })
    this.#tally.restarts++
    return runTraced(anew, { out, ...hooks })
  }

  #newest(): string | null {
    // By the copy in their minute and by date: names of the same length sort so.
    const runs = runsIn(this.#out).sort((a, b) => a.length - b.length || (a < b ? -1 : 1))
    return runs.at(-1) ?? null
  }

  #unfinished(): string[] {
    return this.#run === null ? [] : readdirSync(this.#run).filter(name => unfinishedName(name) !== null)
  }
}

test(
  'a training that is killed at any moment, again and again, ends as if nothing had happened',
  async () => {
    const whole = { quick: await wholeRun('quick'), full: await wholeRun('full') }
    const tally = new Tally()
    const atMost = 3 * kills + 30
    for (let n = 0; (tally.kills < kills || tally.missing().length > 0) && n < atMost; n++) {
      const generator = random(seed, 'story', n)
      const [missing] = tally.kills < kills ? [] : tally.missing()
      const aim = missing ? needed[missing] : (aims[n % aims.length] ?? 'anywhen')
      // Only a frozen encoder has its slices encoded beforehand.
      const preset = aim === 'encode' ? 'quick' : generator.choice(presets)
      const story = new Story(preset, `story-${n}`, { tally, generator })
      tally.stories++
      const { contents, milliseconds } = whole[preset]
      const times = generator.integer(1, 3)
      for (let time = 0; time < times; time++) {
        const next = time === 0 ? aim : generator.choice(aims)
        if (await story.struck(next, milliseconds)) break
      }
      expect(await story.finished(), `story ${n} of seed ${seed}, ${preset}`).toEqual(contents)
    }
    process.stdout.write(`${tally.toString()}\n`)
    expect(tally.missing(), 'phases that were never struck').toEqual([])
    expect(tally.kills).toBeGreaterThanOrEqual(kills)
  },
  300_000 + 60_000 * kills,
)
