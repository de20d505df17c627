import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { maskOfLabel } from '../../src/core/imaging/labels'
import { loadImage, loadLabels } from '../../src/main/datasets'
import { OnnxRuntimeEngine } from '../../src/main/engines/onnxruntime/engine'
import { modelFolders } from '../../src/main/files/model-folders'
import { InferenceDesk } from '../../src/main/inference/inference-desk'
import { judgeMask } from '../../src/main/reviews/judge-mask'
import type { JudgedMask } from '../../src/main/reviews/uncertainty'
import { uncertaintyOf } from '../../src/main/reviews/uncertainty'
import { encodeRuns } from '../../src/shared/masks/rle'
import { diceOfRuns } from '../../src/shared/masks/run-overlap'
import { deskInference } from './desk-inference'
import { errorOfFirst, permutationP, spearman } from './ranking'

const help = `Does the order of Review put first what is wrong? Predicts slices whose masks are known, and compares.

  node scripts/uncertainty.mjs --model TUNED.pth --data DIR [--base ID] [--out FILE.json]

DIR holds images/ and masks/ that the model was not tuned on.
`

interface Case extends Pick<JudgedMask, 'predictedIou' | 'stability' | 'steadiness' | 'agreement'> {
  readonly name: string
  /** 1 - Dice with the true mask */
  readonly error: number
  readonly uncertainty: number
}

/**
 * @param root - the checkout
 * @returns exit code
 */
export async function uncertainty(argv: readonly string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string' },
      base: { type: 'string', default: 'efficientsam-ti-medical' },
      data: { type: 'string' },
      out: { type: 'string' },
    },
  })
  const { model, base, data, out } = values
  if (model === undefined || data === undefined) {
    process.stderr.write(help)
    return 2
  }
  const cases = await casesOf({ root, model, base, data })
  const figures = summary(cases)
  if (out !== undefined) writeFileSync(out, `${JSON.stringify({ ...figures, cases }, null, 2)}\n`)
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
  return 0
}

interface Task {
  readonly root: string
  readonly model: string
  readonly base: string
  readonly data: string
}

async function casesOf({ root, model, base, data }: Task): Promise<Case[]> {
  const cacheFolder = mkdtempSync(join(tmpdir(), 'slicetune-uncertainty-'))
  const desk = new InferenceDesk({
    folders: modelFolders(root),
    cacheFolder,
    cacheLimitBytes: 1e9,
    memoryBytes: 2 ** 28,
    openEngine: () => new OnnxRuntimeEngine({ threads: 2 }),
  })
  const inference = deskInference(desk)
  const cases: Case[] = []
  try {
    for (const name of readdirSync(join(data, 'images')).sort()) {
      const maskFile = join(data, 'masks', name)
      if (!existsSync(maskFile)) continue
      const place = { imageFile: join(data, 'images', name), sliceIndex: null, axis: null }
      const { image } = await loadImage({ ...place, spacingMm: null })
      const { labels, labelValues } = await loadLabels({ ...place, maskFile, spacingMm: null })
      const [height = 0, width = 0] = image.shape
      const source = { ...place, window: null }
      const truth = encodeRuns(maskOfLabel(labels.data, labelValues[0] ?? 0))
      const found = await inference.find(model, source, [])
      const judges = { inference, model, base, options: {} }
      // What is not found at all has no figures: Review puts it first by itself.
      for (const mask of found.objects) {
        const judged = await judgeMask(mask, { source, width, height, key: name }, judges)
        const { predictedIou, stability, steadiness, agreement } = judged
        const error = 1 - (diceOfRuns(mask.runs, truth) ?? 1)
        cases.push({
          name,
          error,
          uncertainty: uncertaintyOf(judged),
          predictedIou,
          stability,
          steadiness,
          agreement,
        })
        process.stderr.write(
          `${name}: error ${error.toFixed(3)}, uncertainty ${uncertaintyOf(judged).toFixed(3)}\n`,
        )
      }
    }
  } finally {
    await desk.dispose()
    rmSync(cacheFolder, { recursive: true, force: true })
  }
  return cases
}

function summary(cases: readonly Case[]): Readonly<Record<string, unknown>> {
  const errors = cases.map(({ error }) => error)
  const all = cases.map(one => one.uncertainty)
  const lack = (figure: 'predictedIou' | 'stability' | 'steadiness' | 'agreement'): number =>
    spearman(
      cases.map(one => 1 - (one[figure] ?? 1)),
      errors,
    )
  return {
    objects: cases.length,
    meanError: errors.reduce((sum, error) => sum + error, 0) / errors.length,
    errorOfFirstQuarter: errorOfFirst(all, errors, 0.25),
    spearman: spearman(all, errors),
    permutationP: permutationP(all, errors),
    alone: {
      predictedIou: lack('predictedIou'),
      stability: lack('stability'),
      steadiness: lack('steadiness'),
      agreement: lack('agreement'),
    },
  }
}
