/**
 * Where bytes lie, below the door's origin: they never travel through the contract.
 * `pixels`: a slice's values as `Slice.sampleType` says; `thumbnail`: a PNG with the masks on it, whose `version` is the
 * slice's revision; `export`: a zip of a finished export.
 */
export const blobKinds = ['pixels', 'thumbnail', 'export'] as const
export type BlobKind = (typeof blobKinds)[number]

export interface BlobRequest {
  readonly kind: BlobKind
  readonly project: string
  /** Slice or export */
  readonly id: string
}

/** @param version - changes when the bytes do, so that browsers may keep them */
export function blobAddress({ kind, project, id }: BlobRequest, version: string | number = 0): string {
  return `/blob/${kind}/${encodeURIComponent(project)}/${encodeURIComponent(id)}?v=${version}`
}

/** @returns null for anything that is no address of a blob */
export function parseBlobAddress(path: string): BlobRequest | null {
  const match = /^\/blob\/([a-z-]+)\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})$/.exec(path)
  const kind = blobKinds.find(known => known === match?.[1])
  const [project, id] = [match?.[2], match?.[3]]
  return kind === undefined || project === undefined || id === undefined ? null : { kind, project, id }
}
