import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { slicetune } from '../../../bench/quality/slicetune'
import { runProcess } from '../../../bench/run-process'
import { CaseEvent, DoneEvent, EpochEvent, EvaluationReport } from '../../../src/shared/domain/events'
import type { TrainingRecipe } from '../../../src/shared/domain/training-options'
import { dumpBatches } from './dump'
import type { Comparison, PromptName, Score, State } from './results'
import { states } from './results'

export interface Place {
  /** The checkout */
  readonly root: string
  /** For everything that is made on the way */
  readonly folder: string
  /** A Python with PyTorch */
  readonly python: string
  /** Of each engine; 0: as many as it takes by itself */
  readonly threads: number
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

export interface Subject {
  readonly model: string
  readonly recipe: TrainingRecipe
}

/** What one side's training came to. */
interface Side {
  readonly losses: readonly number[]
  readonly learningRates: readonly number[]
  /** Checkpoint after the last epoch, and after the epoch that was our best */
  readonly latest: string
  readonly best: string
}

/** Tunes on the slices of `data` twice and judges both models on its validation cases. */
export async function compareOn(
  data: string,
  subject: Subject,
  place: Place,
): Promise<Omit<Comparison, 'torch'>> {
  const { folder, say } = place
  say(`${data}: tuning by SliceTune…`)
  const { bestEpoch, ...ours } = await trainOurs(data, subject, place)
  say(`${data}: writing the batches…`)
  const batches = join(folder, 'batches')
  const slices = await dumpBatches({ ...subject, data }, batches)
  say(`${data}: tuning by PyTorch…`)
  const torch = await trainTorch(batches, bestEpoch, subject, place)
  ours.losses.forEach((loss, epoch) => {
    say(`  epoch ${epoch + 1}: loss ${loss.toFixed(6)}, PyTorch's ${(torch.losses[epoch] ?? NaN).toFixed(6)}`)
  })
  const files = {
    base: subject.model,
    ours: ours.latest,
    torch: torch.latest,
    oursBest: ours.best,
    torchBest: torch.best,
  }
  return {
    model: subject.model,
    slices,
    bestEpoch,
    losses: { ours: [...ours.losses], torch: [...torch.losses] },
    learningRates: { ours: [...ours.learningRates], torch: [...torch.learningRates] },
    scores: {
      box: await scoresOf(data, files, 'box', place),
      point: await scoresOf(data, files, 'point', place),
    },
  }
}

const threadFlags = ({ threads }: Place): string[] => (threads > 0 ? ['--threads', String(threads)] : [])

async function trainOurs(
  data: string,
  { model, recipe }: Subject,
  place: Place,
): Promise<Side & { readonly bestEpoch: number }> {
  const epochs: z.infer<typeof EpochEvent>[] = []
  const done: z.infer<typeof DoneEvent>[] = []
  const folders: string[] = []
  const changed = ['--epochs', String(recipe.epochs), '--click-share', '0', '--stop-patience', '0']
  const where = ['--data', data, '--model', model, '--out', join(place.folder, 'runs'), '--preset', 'quick']
  await slicetune(place.root, ['train', ...where, ...changed, '--no-finder', ...threadFlags(place)], line => {
    if (line.event === 'epoch') epochs.push(EpochEvent.parse(line))
    if (line.event === 'done') done.push(DoneEvent.parse(line))
    if (line.event === 'report') folders.push(z.object({ folder: z.string() }).parse(line).folder)
  })
  const [last, folder] = [done[0], folders[0]]
  if (!last || folder === undefined) throw new Error(`train gave no checkpoint for ${data}`)
  return {
    losses: epochs.map(epoch => epoch.trainLoss),
    learningRates: epochs.map(epoch => epoch.learningRate),
    latest: join(folder, 'medsam_lite_latest.pth'),
    best: join(folder, 'medsam_lite_best.pth'),
    bestEpoch: last.best.epoch,
  }
}

const TorchEpoch = z.object({ epoch: z.number(), trainLoss: z.number(), learningRate: z.number() })

async function trainTorch(
  batches: string,
  bestEpoch: number,
  { model }: Subject,
  { root, folder, python, threads, signal }: Place,
): Promise<Side> {
  const [base, out] = [join(folder, 'base'), join(folder, 'torch')]
  await slicetune(root, ['models', 'export', model, '--out', base, '--format', 'pth'], () => undefined)
  mkdirSync(out)
  const script = join(root, 'tests', 'interop', 'parity', 'train_parity.py')
  const options = ['--keep', String(bestEpoch), '--threads', String(threads)]
  const printed = await runProcess(python, [script, batches, join(base, `${model}.pth`), out, ...options], {
    signal,
    environment: { PYTHONDONTWRITEBYTECODE: '1' },
  })
  const epochs = printed
    .trim()
    .split('\n')
    .map(line => TorchEpoch.parse(JSON.parse(line)))
  return {
    losses: epochs.map(epoch => epoch.trainLoss),
    learningRates: epochs.map(epoch => epoch.learningRate),
    latest: join(out, 'latest.pth'),
    best: join(out, 'kept.pth'),
  }
}

async function scoresOf(
  data: string,
  files: Readonly<Record<State, string>>,
  prompt: PromptName,
  place: Place,
): Promise<Record<State, Score>> {
  const scores: [State, Score][] = []
  for (const state of states) scores.push([state, await score(data, files[state], prompt, place)])
  // The keys are those of the type, which fromEntries cannot say.
  return Object.fromEntries(scores) as Record<State, Score>
}

async function score(data: string, model: string, prompt: PromptName, place: Place): Promise<Score> {
  const cases: CaseEvent[] = []
  const reports: EvaluationReport[] = []
  const args = ['evaluate', '--data', data, '--split', 'val', '--model', model, '--prompt', prompt]
  await slicetune(place.root, [...args, ...threadFlags(place)], line => {
    if (line.event === 'case') cases.push(CaseEvent.parse(line))
    if (line.event === 'report') reports.push(EvaluationReport.parse(line))
  })
  const dice = reports[0]?.dice ?? null
  if (dice === null) throw new Error(`evaluate gave no Dice of ${model} for ${data}`)
  place.say(`  ${prompt}, ${model}: Dice ${dice.toFixed(4)}`)
  return { dice, cases: cases.map(one => one.dice) }
}
