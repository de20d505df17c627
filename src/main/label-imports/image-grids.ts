import type { Affine, DicomSource } from '../codecs'
import {
  bytesOf,
  codecOf,
  isNrrd,
  readDicomSource,
  readImageFile,
  readNiftiHeader,
  readNrrdHeader,
  seriesMembers,
} from '../codecs'
import type { StoredSeries, StoredSlice } from '../database/project-store'
import { volumeSizes } from '../projects/crossed-slices'
import type { ProjectSession } from '../projects/project-session'
import type { Grid, Triple } from './grid-map'

/** A picture or volume of the project, as labels are laid on it. */
export interface ImageGrid {
  readonly sizes: Triple
  /** null where its file does not say where it lies */
  readonly affine: Affine | null
  /** Of DICOM: the file of each slice, in their order; one for a picture */
  readonly sources: readonly (DicomSource | null)[]
}

/** Read from the files' heads, once each. */
export interface ImageGrids {
  /** @throws AppError what reading its file can meet */
  of(series: StoredSeries): Promise<ImageGrid>
}

export function createImageGrids(session: ProjectSession): ImageGrids {
  const known = new Map<number, Promise<ImageGrid>>()
  return {
    of: series => {
      const grid = known.get(series.id) ?? readGrid(session, series)
      known.set(series.id, grid)
      return grid
    },
  }
}

/** @returns null for one without a place */
export function placedGrid({ sizes, affine }: ImageGrid): Grid | null {
  return affine && { sizes, affine }
}

async function readGrid(session: ProjectSession, series: StoredSeries): Promise<ImageGrid> {
  const file = session.pathOf(series.path)
  const sizes = sizesOf(series, session.store.slices.ofSeries(series.id))
  const head = await bytesOf(file, headLength)
  const id = codecOf(head, file).id
  if (id === 'dicom-series') {
    const members = seriesMembers(await bytesOf(file), file) ?? []
    return { sizes, ...seriesPlace(await sourcesOf(members)) }
  }
  if (id === 'dicom') return dicomGrid(file, sizes)
  if (series.kind === 'picture') return { sizes, affine: null, sources: [] }
  return { sizes, affine: await fileAffine(file, head, id), sources: [] }
}

const headLength = 65_536

function sizesOf(series: StoredSeries, slices: readonly StoredSlice[]): Triple {
  const [first] = slices
  return volumeSizes(series, slices) ?? [first?.width ?? 1, first?.height ?? 1, 1]
}

async function dicomGrid(file: string, sizes: Triple): Promise<ImageGrid> {
  const source = await readDicomSource(file)
  return { sizes, affine: source?.affine ?? null, sources: [source] }
}

async function sourcesOf(files: readonly string[]): Promise<(DicomSource | null)[]> {
  const sources: (DicomSource | null)[] = []
  for (const file of files) sources.push(await readDicomSource(file))
  return sources
}

/** From the first slice to the last, as volumes are read. */
function seriesPlace(sources: readonly (DicomSource | null)[]): Pick<ImageGrid, 'affine' | 'sources'> {
  const [first, last] = [sources[0], sources.at(-1)]
  const [from, to] = [first?.position, last?.position]
  if (!first?.affine || !from || !to || !isParallel(sources)) return { affine: null, sources }
  const step = to.map((value, axis) => (value - (from[axis] ?? 0)) / Math.max(1, sources.length - 1))
  const affine = first.affine.map((row, world) =>
    world < 3 ? [row[0] ?? 0, row[1] ?? 0, step[world] ?? 0, row[3] ?? 0] : row,
  )
  return { affine, sources }
}

/** Slices that are turned against each other are a stack without a place. */
function isParallel(sources: readonly (DicomSource | null)[]): boolean {
  const own = sources[0]?.affine ?? []
  return sources.every(source =>
    own.every((row, world) =>
      [0, 1].every(axis => Math.abs((row[axis] ?? 0) - (source?.affine?.[world]?.[axis] ?? NaN)) < sameStep),
    ),
  )
}

/** Millimetres between the steps of two slices that count as parallel */
const sameStep = 5e-3

/** What the header says is enough, where the format has one. */
async function fileAffine(file: string, head: Uint8Array, codec: string): Promise<Affine | null> {
  if (codec === 'nifti') {
    const { affine, hasPlace } = readNiftiHeader(head, file)
    return hasPlace ? affine : null
  }
  if (isNrrd(head)) return readNrrdHeader(head, file).affine
  const { affine, hasPlace } = await readImageFile(file, 'stored')
  return hasPlace ? affine : null
}
