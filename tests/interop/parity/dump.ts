import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFamily } from '../../../src/core/models/families'
import { tensor } from '../../../src/core/tensor/tensor'
import type { TrainingSample } from '../../../src/core/training/trainable'
import { TrainableModel } from '../../../src/core/training/trainable-model'
import { writeNpy } from '../../../src/main/codecs/npy'
import { OnnxRuntimeEngine } from '../../../src/main/engines/onnxruntime/engine'
import { EmbeddingsCache } from '../../../src/main/files/embeddings-cache'
import { SampleSource } from '../../../src/main/jobs/train/sample-source'
import type { TrainingData } from '../../../src/main/jobs/train/training-data'
import { openTrainingData } from '../../../src/main/jobs/train/training-data'
import { maskSideOf } from '../../../src/main/jobs/train/training-object'
import type { UsableSlice } from '../../../src/main/jobs/train/usable-slice'
import { openModel } from '../../../src/main/models/open-model'
import { StopFlag } from '../../../src/main/workers/stop-flag'
import { TrainOptions } from '../../../src/shared/commands/training'
import type { TrainingRecipe } from '../../../src/shared/domain/training-options'
import { invariant } from '../../../src/shared/errors'

/** What a step of PyTorch's needs of one sample; `image` and `target` are places in images.npy and targets.npy. */
interface DumpedSample {
  readonly image: number
  readonly target: number
  /** x and y in turn, pixels of the model's square */
  readonly points: readonly number[]
  readonly labels: readonly number[]
  readonly bestOnly: boolean
}

interface DumpOptions {
  readonly model: string
  /** Folder with the slices */
  readonly data: string
  readonly recipe: TrainingRecipe
}

/**
 * Writes every batch that `train --preset quick` will see with this recipe, drawn by the very code that draws them
 * there: plan.json, images.npy [slices, 3, side, side] and targets.npy [objects, maskSide, maskSide].
 *
 * Corrective clicks answer what the model under training has got wrong, so a list of batches cannot have them.
 *
 * @returns how many slices there are
 */
export async function dumpBatches(
  { model: id, data: folder, recipe }: DumpOptions,
  out: string,
): Promise<number> {
  invariant(recipe.clickShare === 0, 'batches with corrective clicks are not known beforehand')
  const { model } = await openModel(id, recipe.resolution)
  const { preprocessing } = model
  const maskSide = maskSideOf(preprocessing.resolution)
  const data = await trainingData(folder, { recipe, preprocessing, split: null, stop: new StopFlag() })
  const engine = new OnnxRuntimeEngine({ threads: 1 })
  const cache = new EmbeddingsCache(join(out, 'embeddings'))
  const loss = { iouTarget: recipe.iouTarget, weights: { dice: 1, crossEntropy: 1, iou: 1 } }
  // Never run. With nothing of it frozen, the input of a sample is the preprocessed image itself.
  const { family } = createFamily(engine, model)
  const trainable = new TrainableModel(engine, family, model.parameters, {
    firstTrainedStep: 0,
    maskSide,
    loss,
  })
  try {
    const source = new SampleSource({ recipe, preprocessing, maskSide, files: data.files, trainable, cache })
    await mkdir(out, { recursive: true })
    await writePlan(out, await drawEpochs(source, data.train, recipe), recipe)
    return data.train.length
  } finally {
    await cache.dispose()
    await engine.dispose()
  }
}

async function trainingData(
  data: string,
  world: Parameters<typeof openTrainingData>[1],
): Promise<TrainingData> {
  const opening = openTrainingData(TrainOptions.parse({ data, out: data }), world)
  for (;;) {
    const next = await opening.next()
    if (next.done === true) return next.value
  }
}

interface Drawn {
  readonly epochs: readonly (readonly (readonly DumpedSample[])[])[]
  readonly images: readonly TrainingSample['input'][]
  readonly targets: readonly Uint8Array[]
}

async function drawEpochs(
  source: SampleSource,
  slices: readonly UsableSlice[],
  { epochs }: TrainingRecipe,
): Promise<Drawn> {
  const images: TrainingSample['input'][] = []
  const targets = new Map<string, { readonly index: number; readonly mask: Uint8Array }>()
  const drawn: DumpedSample[][][] = []
  for (let epoch = 0; epoch < epochs; epoch++) {
    const steps: DumpedSample[][] = []
    for (const step of source.order(epoch, slices.length)) {
      const samples = await source.batch(
        step.flatMap(index => slices[index] ?? []),
        epoch,
      )
      steps.push(
        samples.map(({ prompt, target, bestOnly, input }, place) => {
          const image = step[place] ?? NaN
          images[image] = input
          const key = Buffer.from(target).toString('base64')
          const known = targets.get(key) ?? { index: targets.size, mask: target }
          targets.set(key, known)
          return {
            image,
            target: known.index,
            points: [...prompt.points],
            labels: [...prompt.labels],
            bestOnly,
          }
        }),
      )
    }
    drawn.push(steps)
  }
  return { epochs: drawn, images, targets: [...targets.values()].map(({ mask }) => mask) }
}

async function writePlan(
  out: string,
  { epochs, images, targets }: Drawn,
  recipe: TrainingRecipe,
): Promise<void> {
  const [image] = images
  const [target] = targets
  invariant(image && target, 'there is something to train on')
  const pixels = new Float32Array(images.length * image.data.length)
  images.forEach(({ data }, index) => pixels.set(data, index * data.length))
  const masks = new Uint8Array(targets.length * target.length)
  targets.forEach((mask, index) => masks.set(mask, index * mask.length))
  const side = Math.sqrt(target.length)
  await writeFile(
    join(out, 'images.npy'),
    writeNpy(tensor('float32', [images.length, ...image.shape.slice(1)], pixels)),
  )
  await writeFile(join(out, 'targets.npy'), writeNpy(tensor('uint8', [targets.length, side, side], masks)))
  await writeFile(join(out, 'plan.json'), JSON.stringify({ recipe, epochs }))
}
