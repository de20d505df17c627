import { writeTrainingCheckpoint } from '../../../../src/core/checkpoint'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'

/** A checkpoint of 33 thousand weights made by a formula, for slices at 64 pixels: what it trains takes no time. */
export function picoCheckpoint(): Uint8Array {
  return writeTrainingCheckpoint({
    model: formulaStateDict('pico'),
    ...{ epoch: null, optimizer: null, loss: null, bestLoss: null },
    preprocessing: { ...officialPreprocessing, resolution: 64 },
    extra: { encoderHeads: 2, decoderHeads: 2 },
  })
}
