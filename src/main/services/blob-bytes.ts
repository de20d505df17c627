import type { BlobRequest } from '../../shared/contract/blob-address'

/** Bytes that a door serves at a blob's address. */
export interface BlobBytes {
  /** Media type */
  readonly type: string
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Given where it is to be saved, not shown */
  readonly fileName: string | null
}

/** @throws AppError NO_SUCH_ITEM, PROJECT_NOT_OPEN, and what reading the file can meet */
export type ReadBlob = (blob: BlobRequest) => Promise<BlobBytes>
