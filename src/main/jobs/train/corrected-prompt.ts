import type { Float32Tensor } from '../../../core/engine'
import type { SliceGeometry } from '../../../core/imaging/geometry'
import { cropTopLeft } from '../../../core/imaging/pad'
import { resizeLinear } from '../../../core/imaging/resize-linear'
import { candidatesOf } from '../../../core/models/proposal'
import type { DecodedMasks } from '../../../core/models/segmenter'
import { drawCorrection } from '../../../core/prompts'
import { random } from '../../../core/random'
import type { Trainable } from '../../../core/training/trainable'
import type { Prompt, PromptPoint } from '../../../shared/domain/prompt'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { invariant } from '../../../shared/errors'
import type { DrawnSample } from './sample-draws'
import { targetOf } from './training-object'

interface CorrectionWorld {
  readonly trainable: Trainable
  readonly recipe: Pick<TrainingRecipe, 'seed'>
  /** Side of the target masks */
  readonly maskSide: number
}

/**
 * The prompt with as many corrective clicks behind it as were drawn for it, each on the largest error of what the
 * model, with the weights as they are, makes of the prompt so far; fewer where no error is left.
 *
 * A trained part of the encoder is run once more for it: the embedding of the step itself is not at hand yet.
 *
 * @param input - of the first trained step
 */
export async function correctedPrompt(
  { prompt, corrections, object, key, geometry, targetGeometry }: DrawnSample,
  input: Float32Tensor,
  { trainable, recipe, maskSide }: CorrectionWorld,
): Promise<Prompt> {
  if (corrections === 0) return prompt
  const embedding = await trainable.embed(input)
  const target = targetOf(object, maskSide)
  const size = { height: targetGeometry.fittedHeight, width: targetGeometry.fittedWidth }
  const truth = maskOnSlice(
    Float32Array.from(target, value => (value === 0 ? -1 : 1)),
    maskSide,
    targetGeometry,
  )
  const onTarget: PromptPoint[] = []
  let corrected = prompt
  for (let number = 0; number < corrections; number++) {
    // One sample at a time: what a sample is asked then does not depend on the rest of its batch.
    const asked = { prompt: trainable.tokensOf(corrected, geometry), target, bestOnly: false, embedding }
    const { answers } = await trainable.judge([asked])
    const [answer] = answers
    invariant(answer, 'a sample gets an answer')
    const prediction = maskOnSlice(answerLogits(answer, maskSide), maskSide, targetGeometry)
    const generator = random(recipe.seed, 'correction', key, object.value, number)
    const click = drawCorrection(prediction, truth, size, generator, onTarget)
    if (!click) break
    onTarget.push(click)
    corrected = { ...corrected, points: [...corrected.points, sliceClick(click, targetGeometry)] }
  }
  return corrected
}

/** The candidate with the highest predicted IoU at the side of the target, [maskSide, maskSide]. */
function answerLogits({ lowRes, predictedIou }: DecodedMasks, maskSide: number): Float32Array {
  const [best] = candidatesOf(lowRes.data, predictedIou.data)
  invariant(best, 'the decoder gives candidates')
  const [side = 0] = best.lowRes.shape
  return resizeLinear(best.lowRes.data, [1, side, side], [maskSide, maskSide])
}

/** What lies on the slice, 0 or 1: errors in the padding are no place to click. */
function maskOnSlice(
  logits: Float32Array,
  side: number,
  { fittedHeight, fittedWidth }: SliceGeometry,
): Uint8Array {
  const cropped = cropTopLeft(logits, [side, side], [fittedHeight, fittedWidth])
  return Uint8Array.from(cropped, logit => (logit >= 0 ? 1 : 0))
}

/** The pixel of the slice under the centre of a pixel of the target. */
function sliceClick({ x, y, sign }: PromptPoint, geometry: SliceGeometry): PromptPoint {
  const { height, width, fittedHeight, fittedWidth } = geometry
  return {
    x: Math.min(width - 1, Math.floor(((x + 0.5) * width) / fittedWidth)),
    y: Math.min(height - 1, Math.floor(((y + 0.5) * height) / fittedHeight)),
    sign,
  }
}
