import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readTrainingCheckpoint } from '../../src/core/checkpoint'
import { float32 } from '../../src/core/tensor/tensor'
import type { Float32Tensor } from '../../src/core/engine'
import type { MedSamLiteConfig } from '../../src/core/models/medsam-lite/config'
import { configOf } from '../../src/core/models/medsam-lite/config'
import { Parameters } from '../../src/core/training/parameters'
import { fixtureArray, fixtureJson } from './npy-fixture'

/** A stage of the reference: every `stride`-th element of the flat array. */
export interface Sampled {
  readonly shape: readonly number[]
  readonly l2: number
  readonly mean: number
  readonly stride: number
  readonly values: readonly number[]
}

export interface MedSamLiteCase {
  readonly box256_inclusive: readonly [number, number, number, number]
  /** x, y, label */
  readonly points256: readonly (readonly [number, number, number])[]
  readonly iou: Readonly<Record<'single' | 'multi' | 'points', readonly number[]>>
  readonly loss: Readonly<Record<'dice' | 'bce' | 'iou_target' | 'total' | 'mask_dice', number>>
  readonly stages: Readonly<Record<string, Sampled>>
}

const group = '8-medsam-lite'
export const { cases, state_dict: stateDict } = fixtureJson(`${group}/manifest.json`) as {
  readonly cases: Readonly<Record<string, MedSamLiteCase>>
  readonly state_dict: readonly (readonly [name: string, shape: readonly number[], dtype: string])[]
}

/**
 * The goldens were made with the bundled float16 weights, widened. SLICETUNE_MEDSAM_LITE_WEIGHTS names another file to
 * hold against them, such as the float32 original.
 */
const file =
  process.env['SLICETUNE_MEDSAM_LITE_WEIGHTS'] ??
  fileURLToPath(new URL('../../weights/medsam-lite/lite_medsam_fp16.safetensors', import.meta.url))

export const weights = readTrainingCheckpoint(new Uint8Array(readFileSync(file)), file).model
export const parameters = Parameters.from(weights)
export const config: MedSamLiteConfig = configOf(weights, file, 256)

/** The preprocessed image: its one channel three times. */
export function caseImage(name: string): Float32Tensor {
  const { data } = fixtureArray(`${group}/${name}.input.npy`)
  const image = new Float32Array(3 * data.length)
  for (let channel = 0; channel < 3; channel++) image.set(data, channel * data.length)
  return float32([1, 3, config.resolution, config.resolution], image)
}

/** How far a stage is from the reference beyond what `relative` excuses; its norm and mean are compared too. */
export function stageExcess(actual: Float32Tensor | undefined, expected: Sampled, relative: number): number {
  if (!actual || actual.shape.join() !== expected.shape.join()) return Infinity
  return expected.values.reduce((worst, value, index) => {
    const excess =
      Math.abs((actual.data[index * expected.stride] ?? NaN) - value) - relative * Math.abs(value)
    return excess <= worst ? worst : excess
  }, 0)
}

export const norm = (data: Float32Array): number =>
  Math.sqrt(data.reduce((sum, value) => sum + value * value, 0))
