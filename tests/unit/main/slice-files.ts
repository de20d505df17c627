import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Tensor } from '../../../src/core/tensor/tensor'
import { tensor } from '../../../src/core/tensor/tensor'
import { writePng } from '../../../src/main/codecs'
import type { Directions } from '../../../src/shared/geometry/directions'

/** A file of tests/fixtures/slices: written by other programs. */
export function sliceFixture(name: string): Uint8Array {
  return readFileSync(new URL(`../../fixtures/slices/${name}`, import.meta.url))
}

/** SHA-256 of the values as little-endian bytes. */
export function pixelHash({ data }: Tensor): string {
  return createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex')
}

/** A folder with the given files, removed after the test. */
export function temporaryFolder(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'slices-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** A grey PNG whose pixels follow a formula. */
export function greyPng(height: number, width: number, value: (y: number, x: number) => number): Uint8Array {
  const pixels = Uint8Array.from({ length: height * width }, (_, at) =>
    value(Math.floor(at / width), at % width),
  )
  return writePng(tensor('uint8', [height, width], pixels))
}

export const imagePng = (): Uint8Array => greyPng(8, 10, (y, x) => 20 * y + x)
/** Label 1 in the middle. */
export const maskPng = (): Uint8Array => greyPng(8, 10, (y, x) => (y > 1 && y < 6 && x > 2 && x < 7 ? 1 : 0))
export const emptyPng = (): Uint8Array => greyPng(8, 10, () => 0)

/** A NIfTI-1 volume, uncompressed, little-endian. */
export function niftiVolume(
  [x, y, z]: readonly [number, number, number],
  value: (x: number, y: number, z: number) => number,
  {
    type = 'uint8',
    spacing = [1, 1, 1],
    directions = null,
  }: { type?: 'uint8' | 'float32'; spacing?: readonly number[]; directions?: Directions | null } = {},
): Uint8Array {
  const bytes = type === 'uint8' ? 1 : 4
  const file = new Uint8Array(352 + x * y * z * bytes)
  const view = new DataView(file.buffer)
  view.setInt32(0, 348, true)
  ;[3, x, y, z, 1, 1, 1, 1].forEach((size, axis) => view.setInt16(40 + 2 * axis, size, true))
  view.setInt16(70, type === 'uint8' ? 2 : 16, true)
  view.setInt16(72, bytes * 8, true)
  ;[1, ...spacing].forEach((size, axis) => view.setFloat32(76 + 4 * axis, size, true))
  view.setFloat32(108, 352, true)
  if (directions !== null) placeVolume(view, directions, spacing)
  file.set([0x6e, 0x2b, 0x31, 0], 344)
  let at = 352
  for (let k = 0; k < z; k++) {
    for (let j = 0; j < y; j++) {
      for (let i = 0; i < x; i++, at += bytes) {
        if (type === 'uint8') view.setUint8(at, value(i, j, k))
        else view.setFloat32(at, value(i, j, k), true)
      }
    }
  }
  return file
}

const worldAxes = ['RL', 'AP', 'SI']

/** The sform: each axis of the file leads straight along one of the world's. */
function placeVolume(view: DataView, directions: Directions, spacing: readonly number[]): void {
  view.setInt16(254, 1, true)
  directions.forEach((direction, axis) => {
    const row = worldAxes.findIndex(pair => pair.includes(direction))
    const step = (spacing[axis] ?? 1) * (worldAxes[row]?.startsWith(direction) === true ? 1 : -1)
    view.setFloat32(280 + 16 * row + 4 * axis, step, true)
  })
}
