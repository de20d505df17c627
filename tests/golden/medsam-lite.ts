import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readTrainingCheckpoint } from '../../src/core/checkpoint'
import { float32 } from '../../src/core/tensor/tensor'
import type { Float32Tensor, NamedTensors } from '../../src/core/engine'
import type { MedSamLiteConfig } from '../../src/core/models/medsam-lite/config'
import { configOf } from '../../src/core/models/medsam-lite/config'
import { labelColumnCount, oneHotLabels, tokensOf } from '../../src/core/models/medsam-lite/prompt-encoder'
import { promptLabel, promptTokens } from '../../src/core/models/prompt-tokens'
import { sliceGeometry } from '../../src/core/imaging/geometry'
import { officialPreprocessing } from '../../src/shared/domain/preprocessing'
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

/** The goldens were made with this float16 file, widened, so float32 tolerances hold with it as it is. */
const file = fileURLToPath(new URL('../../weights/medsam-lite/lite_medsam_fp16.safetensors', import.meta.url))

export const weights = readTrainingCheckpoint(new Uint8Array(readFileSync(file)), file).model
export const parameters = Parameters.from(weights)
export const config: MedSamLiteConfig = configOf(weights, file, 256)

/** The preprocessed image: its one channel three times. */
export function caseImage(name: string): Float32Tensor {
  const data = caseArray(`${name}.input`)
  const image = new Float32Array(3 * data.length)
  for (let channel = 0; channel < 3; channel++) image.set(data, channel * data.length)
  return float32([1, 3, config.resolution, config.resolution], image)
}

/** The fixture's arrays by the name of their file in it. */
export const caseArray = (name: string): Float32Array => fixtureArray(`${group}/${name}.npy`).data

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

/** The box of a case, or its clicks, as the decoder takes them. */
export function casePrompt(golden: MedSamLiteCase, kind: 'box' | 'points'): NamedTensors {
  const [x0, y0, x1, y1] = golden.box256_inclusive
  const corners = [
    { x: x0, y: y0, label: promptLabel.topLeft },
    { x: x1, y: y1, label: promptLabel.bottomRight },
  ]
  const clicks = golden.points256.map(([x, y, label]) => ({ x, y, label }))
  const points = kind === 'box' ? corners : clicks
  const { resolution } = config
  const geometry = sliceGeometry(resolution, resolution, { ...officialPreprocessing, resolution })
  const tokens = promptTokens(points, geometry, tokensOf(points))
  return {
    points: float32([1, tokens.labels.length, 2], tokens.points),
    labels: float32([1, tokens.labels.length, labelColumnCount], oneHotLabels(tokens.labels)),
  }
}
