import { sliceKey } from '../../datasets'
import { basename, join } from 'node:path'
import { bootstrapInterval, meanOfDefined } from '../../../core/metrics'
import type { Segmenter } from '../../../core/models/segmenter'
import type { Unit } from '../../../shared/domain/events'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Preset, PresetDefinition, TrainingRecipe } from '../../../shared/domain/training-options'
import { presets } from '../../../shared/domain/training-options'
import type { CardResult, EpochFigures, Verdict } from '../../figures'
import { diceChart, logChart, lossChart, modelCard, overlaySheet, verdict } from '../../figures'
import { writeAtomically } from '../../files/write-atomically'
import { countOf } from '../../../shared/text/count-of'
import { answerSlice } from '../answer-slice'
import type { EpochLine } from './epoch-line'
import { checkpointNames } from './run-folder'
import type { SavedRun } from './saved-state'
import type { TrainingData } from './training-data'
import type { UsableSlice } from './usable-slice'
import type { Closeness } from './closeness'
import type { ValidatedCase } from './validation'

export interface RunDescription {
  readonly folder: string
  readonly task: string
  /** How the data are read; kept for a run that goes on */
  readonly data: SavedRun['data']
  readonly preset: Preset
  readonly recipe: TrainingRecipe
  readonly preprocessing: Preprocessing
  readonly base: {
    readonly id: string
    readonly source: string
    readonly licence: string
    readonly sha256: string | null
  }
  readonly dataFolder: string
  readonly program: string
}

/** `log.jsonl`, a line per epoch; written whole, so that no line is ever half there or twice. */
export async function writeLog(folder: string, lines: readonly EpochLine[]): Promise<void> {
  await writeAtomically(join(folder, 'log.jsonl'), lines.map(line => `${JSON.stringify(line)}\n`).join(''))
}

/** The three charts, drawn anew after each epoch, so that a running job can be looked at. */
export async function writeCharts(
  { folder, task, recipe }: RunDescription,
  epochs: readonly EpochFigures[],
  { bestEpoch, baseDice }: { bestEpoch: number | null; baseDice: number | null },
): Promise<void> {
  const options = {
    title: task,
    epochs: recipe.epochs,
    baseDice,
    ...(bestEpoch === null ? {} : { bestEpoch: bestEpoch + 1 }),
  }
  await writeAtomically(join(folder, 'train_loss.png'), lossChart(epochs, options))
  await writeAtomically(join(folder, 'val_dice.png'), diceChart(epochs, options))
  await writeAtomically(join(folder, 'log.png'), logChart(epochs, options))
}

/** Base against tuned on the held-out slices, in words. */
export function runVerdict(
  base: readonly ValidatedCase[],
  tuned: readonly ValidatedCase[],
  { val, independent }: Pick<TrainingData, 'val' | 'independent'>,
): Verdict {
  const before = new Map(base.map(one => [one.key, one.dice]))
  const names = new Map(val.map(({ record }) => [sliceKey(record.id), record.name]))
  const cases = tuned.flatMap(({ key, dice }) => {
    const was = before.get(key) ?? null
    return was === null || dice === null ? [] : [{ name: names.get(key) ?? key, base: was, tuned: dice }]
  })
  return verdict({ cases, independent })
}

/** One held-out slice; `found` is with boxes of the finder. */
export interface JudgedCase {
  readonly name: string
  readonly base: number | null
  readonly tuned: number | null
  readonly found: number | null
  /** IoU and HD95 of base and tuned; not there where the base was judged before they were measured */
  readonly closeness?: {
    readonly unit: Unit
    readonly base: Pick<Closeness, 'iou' | 'hd95'>
    readonly tuned: Pick<Closeness, 'iou' | 'hd95'>
  }
}

/** @param judged - `found` goes by the held-out slices in their order, and is empty without a finder */
export function judgedCases(
  {
    base,
    tuned,
    found,
    closeness,
  }: Pick<CardContents, 'base' | 'tuned' | 'found'> & { closeness: ReadonlyMap<string, Closeness> },
  { val }: Pick<TrainingData, 'val'>,
): JudgedCase[] {
  const before = new Map(base.map(one => [one.key, one]))
  const after = new Map(tuned.map(one => [one.key, one.dice]))
  return val.map(({ record }, index) => {
    const key = sliceKey(record.id)
    const [was, close, closeBefore] = [before.get(key), closeness.get(key), before.get(key)?.closeness]
    const scores = { base: was?.dice ?? null, tuned: after.get(key) ?? null, found: found[index] ?? null }
    if (!close || !closeBefore) return { name: record.name, ...scores }
    const both = { unit: close.unit, base: closeBefore, tuned: close }
    return { name: record.name, ...scores, closeness: both }
  })
}

function cardResults({ base, tuned, found, ellipse }: Judged): CardResult[] {
  const of = (found: readonly (number | null)[]) => {
    const values = found.filter(value => value !== null)
    return { mean: meanOfDefined(values), interval: bootstrapInterval(values, { seed: 0 }) }
  }
  const names = { point: 'one inner point', box: 'loose box' } as const
  const given = (['point', 'box'] as const)
    .filter(kind => tuned.some(one => one[kind] !== null))
    .map(kind => ({
      prompt: names[kind],
      metric: 'Dice',
      cases: tuned.filter(one => one[kind] !== null).length,
      base: of(base.map(one => one[kind])),
      tuned: of(tuned.map(one => one[kind])),
      ...(kind === 'box' ? { ellipse: of(ellipse) } : {}),
    }))
  if (found.length === 0) return given
  const byItself = { prompt: 'box found by the model', metric: 'Dice', cases: found.length, base: null }
  return [...given, { ...byItself, tuned: of(found) }]
}

type Judged = Pick<CardContents, 'base' | 'tuned' | 'found' | 'ellipse'>

/** Shares of the prompts, by what they are. */
function promptMix({
  pointShare,
  clickShare,
  maxClicks,
  boxJitter,
}: TrainingRecipe): Readonly<Record<string, number>> {
  const mix = {
    [`box, each side up to ${boxJitter} px loose at 256`]: (1 - pointShare) * (1 - clickShare),
    'one inner point': pointShare * (1 - clickShare),
    [`one of these, corrected by up to ${countOf(maxClicks, 'click')}, green and red`]: clickShare,
  }
  return Object.fromEntries(Object.entries(mix).filter(([, share]) => share > 0))
}

export interface CardContents {
  readonly data: TrainingData
  readonly base: readonly ValidatedCase[]
  readonly tuned: readonly ValidatedCase[]
  /** Dice of each slice with boxes that the finder found; empty without a finder */
  readonly found: readonly (number | null)[]
  /** Of a plain ellipse in the same boxes, slice by slice */
  readonly ellipse: readonly (number | null)[]
  readonly bestEpoch: number
  readonly verdict: Verdict
  readonly created: string
}

const choiceOfEpoch = {
  dice: 'Validation chose the best epoch, so its figures are slightly optimistic.',
  loss: 'The lowest training loss chose the best epoch, which may not be the one that does best on other slices.',
} as const satisfies Record<PresetDefinition['bestBy'], string>

/** What the reader of a model card should not expect of the model. */
export function limitsOf({ preset, recipe }: Pick<RunDescription, 'preset' | 'recipe'>): string[] {
  return [
    'Tuned on the slices listed above and judged on the held-out ones only: other scanners, organs or protocols are untested.',
    choiceOfEpoch[presets[preset].bestBy],
    `Red clicks were ${recipe.clickShare > 0 ? '' : 'not '}trained; what the model leaves under one is cut out of the answer.`,
  ]
}

export async function writeModelCard(run: RunDescription, contents: CardContents): Promise<string> {
  const { recipe, base } = run
  const { data } = contents
  const part = (slices: readonly UsableSlice[]) => ({
    slices: slices.length,
    groups: new Set(slices.map(({ record }) => record.group)).size,
  })
  const text = modelCard({
    name: basename(run.folder),
    created: contents.created,
    program: run.program,
    base: {
      id: base.id,
      source: base.source,
      licence: base.licence,
      ...(base.sha256 ? { sha256: base.sha256 } : {}),
    },
    checkpoint: { file: checkpointNames.best, epoch: contents.bestEpoch + 1 },
    data: {
      source: run.dataFolder,
      licence: 'as the data says: see its own licence',
      independent: data.independent,
      train: part(data.train),
      val: part(data.val),
      skipped: data.skipped,
    },
    preset: run.preset,
    options: recipe,
    prompts: promptMix(recipe),
    preprocessing: run.preprocessing,
    results: cardResults(contents),
    verdict: contents.verdict.sentence,
    limits: limitsOf(run),
    attributions: [`${base.id}: ${base.source}, ${base.licence}`],
  })
  const file = join(run.folder, 'MODEL_CARD.md')
  await writeAtomically(file, text)
  return file
}

/** At most this many slices in the sheet of samples. */
const mostOverlays = 6

/** `overlays.png`: held-out slices as the best checkpoint answers one inner point, or a box where it learnt no points. */
export async function writeOverlays(
  { folder, recipe }: RunDescription,
  data: TrainingData,
  segmenter: Segmenter,
): Promise<string> {
  const kind = recipe.pointShare > 0 ? 'point' : 'box'
  const rows = []
  for (const { record } of data.val.slice(0, mostOverlays)) {
    const { image, truth, prompt, answer } = await answerSlice(record, segmenter, { kind, files: data.files })
    rows.push({ name: record.name, image, truth, prompt, after: answer })
  }
  const file = join(folder, 'overlays.png')
  await writeAtomically(file, overlaySheet({ title: `Held-out slices, one ${kind}`, rows }))
  return file
}
