import { looseBox } from '../../core/prompts/loose-box'
import type { RunLengths } from '../../shared/masks/rle'
import { diceOfRuns } from '../../shared/masks/run-overlap'
import type { Box } from '../../shared/domain/prompt'
import type { CallOptions, FoundMask, Inference, ModelName, SliceSource } from '../inference/inference'
import type { JudgedMask } from './uncertainty'

export interface Judges {
  readonly inference: Pick<Inference, 'segment'>
  readonly model: ModelName
  /** What the model was tuned from; null: nothing to compare with */
  readonly base: ModelName | null
  readonly options: CallOptions
}

export interface JudgedSlice {
  readonly source: SliceSource
  readonly width: number
  readonly height: number
  /** Names the slice: its loose boxes are the same each time */
  readonly key: string
}

/** How far the sides of the loose boxes are moved, in pixels of a slice whose longest side is 256, and how many there are. */
const jitter = 4
const looseBoxes = 2

/** Asks again with slightly other boxes, and asks the base: a sure mask stays what it is. */
export async function judgeMask(
  mask: FoundMask,
  slice: JudgedSlice,
  { inference, model, base, options }: Judges,
): Promise<JudgedMask> {
  const ask = async (name: ModelName, box: Box): Promise<RunLengths> => {
    const [best] = await inference.segment(name, slice.source, { box, points: [] }, options)
    return best?.runs ?? [slice.width * slice.height]
  }
  const dices: number[] = []
  for (let seed = 0; seed < looseBoxes; seed++) {
    const draw = { jitter, seed, key: slice.key, value: mask.label ?? 0 }
    dices.push(diceOfRuns(mask.runs, await ask(model, looseBox(mask.box, slice, draw))) ?? 1)
  }
  const agreement = base === null ? null : diceOfRuns(mask.runs, await ask(base, mask.box))
  return { ...mask, steadiness: dices.reduce((sum, dice) => sum + dice, 0) / looseBoxes, agreement }
}
