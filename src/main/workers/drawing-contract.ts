import type { DrawTask } from '../blobs/draw-task'
import type { WireError } from './wire-error'

export interface DrawingRequest {
  readonly id: number
  readonly task: DrawTask
}

export type DrawingReply = { readonly id: number } & (
  { readonly png: Uint8Array<ArrayBuffer> } | { readonly error: WireError }
)
