/** Checkpoints: bytes in, values out, and back. Nothing in a file is ever executed. */
export type { AdamWGroup, AdamWMoments, AdamWState } from './adamw-state'
export type { JsonObject, JsonValue } from './json'
export { readCheckpointFile, unwrapCheckpoint } from './read-checkpoint-file'
export type { Safetensors } from './safetensors'
export { readSafetensors, writeSafetensors } from './safetensors'
export { narrowed } from './state-dict'
export type { TrainingCheckpoint } from './training-checkpoint'
export {
  besideForUse,
  besidePrefix,
  momentsPrefix,
  readTrainingCheckpoint,
  writeTrainingCheckpoint,
} from './training-checkpoint'
export type { CheckpointValue } from './value'
