import { join } from 'node:path'
import { fitLabels, preprocessImage } from '../../../core/imaging/preprocess'
import { toModel } from '../../../core/imaging/geometry'
import { maskOfLabel } from '../../../core/imaging/labels'
import { float32 } from '../../../core/tensor/tensor'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Box } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { invariant } from '../../../shared/errors'
import type { SanitySample } from '../../figures'
import { sanityFigure } from '../../figures'
import { makeFolder } from '../../files/make-folder'
import { writeAtomically } from '../../files/write-atomically'
import type { LoadedSlice } from '../../datasets'
import { loadSlice } from '../../datasets'
import type { DrawnSample } from './sample-draws'
import { SampleDraws } from './sample-draws'
import type { TrainingData } from './training-data'
import { maskSideOf } from './training-object'

/** As many as the original script shows. */
const sampleCount = 8

function placedBox(box: Box, { geometry }: DrawnSample): Box {
  const [x0, y0] = toModel(geometry, box.x0, box.y0)
  const [x1, y1] = toModel(geometry, box.x1, box.y1)
  return { x0: Math.round(x0), y0: Math.round(y0), x1: Math.round(x1), y1: Math.round(y1) }
}

/** A drawn sample as the model gets it: on the square, after mirroring, with its box there. */
function sanitySample(
  slice: LoadedSlice,
  drawn: DrawnSample,
  preprocessing: Preprocessing,
): Omit<SanitySample, 'name'> {
  const { input } = preprocessImage(slice.image, { ...preprocessing, mean: null, std: null }, drawn.flip)
  const { resolution } = preprocessing
  const mask = fitLabels(maskOfLabel(slice.labels.data, drawn.object.value), drawn.geometry, drawn.flip)
  invariant(drawn.prompt.box, 'only boxes are drawn for the figure')
  return {
    label: drawn.object.value,
    image: float32([3, resolution, resolution], input.data),
    mask,
    box: placedBox(drawn.prompt.box, drawn),
  }
}

/**
 * The figure to look at before a long run: image, mask and box of the first samples, after augmentation.
 *
 * @returns the file, `sanity_check.png` in `out`
 */
export async function writeSanityFigure(
  out: string,
  data: TrainingData,
  { preprocessing, recipe }: { readonly preprocessing: Preprocessing; readonly recipe: TrainingRecipe },
): Promise<string> {
  const samples = new SampleDraws({
    // Every sample with a box: that is what the figure is for.
    recipe: { ...recipe, pointShare: 0 },
    preprocessing,
    maskSide: maskSideOf(preprocessing.resolution),
    files: data.files,
  })
  const order = samples.order(0, data.train.length).flat().slice(0, sampleCount)
  const drawn: SanitySample[] = []
  for (const index of order) {
    const usable = data.train[index]
    if (!usable) continue
    const slice = await loadSlice(usable.record, data.files)
    const sample = sanitySample(slice, await samples.draw(usable, 0), preprocessing)
    drawn.push({ name: usable.record.name, ...sample })
  }
  const file = join(out, 'sanity_check.png')
  await makeFolder(out)
  await writeAtomically(file, sanityFigure(drawn))
  return file
}
