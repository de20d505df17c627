import { writeTrainingCheckpoint } from '../../../../src/core/checkpoint'
import type { StateDict } from '../../../../src/core/tensor/state-dict'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'
import { smallWeights } from '../../core/models/medsam-lite/small-model'

/** Networks of either family that take no time, for slices at 64 pixels; their weights are made by formulas. */
export const smallCheckpoints = {
  'efficient-sam': () => checkpointOf(formulaStateDict('nano'), { encoderHeads: 2 }),
  'medsam-lite': () => checkpointOf(smallWeights(), {}),
} as const

function checkpointOf(model: StateDict, extra: Record<string, number>): Uint8Array {
  return writeTrainingCheckpoint({
    model,
    ...{ epoch: null, optimizer: null, loss: null, bestLoss: null },
    preprocessing: { ...officialPreprocessing, resolution: 64 },
    extra,
  })
}
