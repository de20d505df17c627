import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tensor } from '../../src/core/tensor/tensor'
import { writePng } from '../../src/main/codecs'

const largeSide = 2048
export const manyPlanes = 10_000
const planeSide = 32

/** @returns path of a grey picture of 2048 x 2048 pixels */
export function writeLargePicture(folder: string): string {
  const pixels = new Uint8Array(largeSide * largeSide)
  for (let at = 0; at < pixels.length; at++) {
    const [x, y] = [at % largeSide, Math.floor(at / largeSide)]
    pixels[at] = 90 + 60 * Math.sin(x / 37) * Math.cos(y / 53)
  }
  const file = join(folder, 'large.png')
  writeFileSync(file, writePng(tensor('uint8', [largeSide, largeSide], pixels)))
  return file
}

/** @returns path of a volume of 10,000 planes of 32 x 32, NIfTI-1 of bytes */
export function writeManyPlanes(folder: string): string {
  const pixels = planeSide * planeSide
  const bytes = new Uint8Array(352 + pixels * manyPlanes)
  const view = new DataView(bytes.buffer)
  view.setInt32(0, 348, true)
  for (const [index, size] of [3, planeSide, planeSide, manyPlanes, 1, 1, 1, 1].entries())
    view.setInt16(40 + 2 * index, size, true)
  view.setInt16(70, 2, true) // uint8
  view.setInt16(72, 8, true)
  for (let index = 0; index < 4; index++) view.setFloat32(76 + 4 * index, 1, true)
  view.setFloat32(108, 352, true) // where the values begin
  bytes.set(new TextEncoder().encode('n+1'), 344)
  for (let plane = 0; plane < manyPlanes; plane++) {
    const start = 352 + plane * pixels
    for (let at = 0; at < pixels; at++) bytes[start + at] = (at + 3 * plane) % 256
  }
  const file = join(folder, 'many.nii')
  writeFileSync(file, bytes)
  return file
}
