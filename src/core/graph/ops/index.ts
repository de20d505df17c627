import type { OpDefinition, OpName } from '../op'
import { attention } from './attention'
import { convolution } from './convolution'
import { elementwise } from './elementwise'
import { matmuls } from './matmul'
import { movement } from './movement'
import { normalization } from './normalization'
import { reduce } from './reduce'
import { scans } from './scan-rows'

/** Every op with its shapes, its gradient and its ONNX form: the one table. */
export const opTable = {
  ...elementwise,
  ...reduce,
  ...movement,
  ...matmuls,
  ...convolution,
  ...normalization,
  ...attention,
  ...scans,
} as const satisfies Record<OpName, OpDefinition>
