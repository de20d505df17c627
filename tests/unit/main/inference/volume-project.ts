import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openAppState } from '../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../src/main/projects/create-open-projects'
import { importFile } from '../../../../src/main/projects/import-file'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { folderWith } from '../support/folders'

export const [width, height] = [24, 16]

/** Where the object of a plane begins: it moves by one pixel from plane to plane. */
export const leftOf = (plane: number): number => 3 + plane

/** The object of a plane, 10 x 8 pixels. */
export function objectOn(plane: number): Uint8Array {
  const mask = new Uint8Array(width * height)
  for (let y = 4; y < 12; y++) mask.fill(1, y * width + leftOf(plane), y * width + leftOf(plane) + 10)
  return mask
}

export interface VolumeProject {
  readonly session: ProjectSession
  /** By plane */
  readonly slices: readonly number[]
}

/** A project with one volume and the class "Nerve"; each plane shows the object in its grey, 0 shows none. */
export async function volumeProject(greys: readonly number[]): Promise<VolumeProject> {
  const home = folderWith({ 'volume.nii': nifti(greys) })
  const resources = join(import.meta.dirname, '../../../../resources')
  const projects = createOpenProjects({ app: await openAppState(home), resources })
  onTestFinished(() => projects.dispose())
  const session = await projects.create('Volume', join(home, 'volume'))
  const plan = { file: join(home, 'volume.nii'), maskFile: null, spacingMm: null, group: null }
  const target = { store: session.store, folder: session.folder, copy: true, labelName: String }
  const { sliceIds } = await importFile(plan, target)
  session.store.labels.add('Nerve')
  return { session, slices: sliceIds }
}

/** NIfTI-1 of bytes, 1 mm a voxel. */
export function nifti(greys: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(352 + width * height * greys.length)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 348, true)
  for (const [index, size] of [3, width, height, greys.length, 1, 1, 1, 1].entries())
    view.setInt16(40 + 2 * index, size, true)
  view.setInt16(70, 2, true)
  view.setInt16(72, 8, true)
  for (let index = 0; index < 4; index++) view.setFloat32(76 + 4 * index, 1, true)
  view.setFloat32(108, 352, true)
  bytes.set(new TextEncoder().encode('n+1'), 344)
  for (const [plane, grey] of greys.entries()) {
    const values = objectOn(plane).map(pixel => pixel * grey)
    bytes.set(values, 352 + plane * width * height)
  }
  return bytes
}
