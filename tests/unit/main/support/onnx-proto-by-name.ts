import { createRequire } from 'node:module'
import type * as OnnxProto from 'onnx-proto'

// Boundary: what `require` gives has no type.
export const { onnx } = createRequire(import.meta.url)('onnx-proto') as typeof OnnxProto
