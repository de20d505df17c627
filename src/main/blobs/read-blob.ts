import type { BlobRequest } from '../../shared/contract/blob-address'
import { AppError } from '../../shared/errors'
import { turnValues } from '../../shared/geometry/turn'
import { zipExport } from '../exporters/zip-export'
import { pixelReader } from '../projects/describe-slice'
import type { OpenProjects } from '../projects/open-projects'
import type { ProjectSession } from '../projects/project-session'
import { shownPlane } from '../projects/shown-plane'
import { sliceSource } from '../projects/slice-source'
import type { BlobBytes } from '../services/blob-bytes'
import type { Draw } from './draw-task'
import { thumbnail } from './thumbnail'

/**
 * The bytes behind an address: pixels and thumbnails of slices, exports as zips.
 *
 * @throws AppError PROJECT_NOT_OPEN, NO_SUCH_ITEM, and what reading the slice's file can meet
 */
export async function readBlob(
  { projects, draw }: { readonly projects: OpenProjects; readonly draw: Draw },
  { kind, project, id }: BlobRequest,
): Promise<BlobBytes> {
  const session = projects.get(project)
  switch (kind) {
    case 'pixels':
      return {
        type: 'application/octet-stream',
        bytes: await pixelBytes(session, sliceId(id)),
        fileName: null,
      }
    case 'thumbnail':
      return { type: 'image/png', bytes: await thumbnail(session, sliceId(id), draw), fileName: null }
    case 'export':
      return zipExport(session, id)
  }
}

/** True values as `Slice.sampleType` says, row-major, channels last, little endian as every machine that Node runs on. */
async function pixelBytes(session: ProjectSession, slice: number): Promise<Uint8Array<ArrayBuffer>> {
  const source = sliceSource(session, slice)
  const { values: stored, channels, ...size } = await pixelReader(session).pixels(source)
  const values = turnValues(stored, size, channels, shownPlane(session, slice).turn)
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
}

function sliceId(id: string): number {
  const number = Number(id)
  if (!Number.isSafeInteger(number) || number < 1) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id })
  return number
}
