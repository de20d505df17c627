import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { element, textValue } from '../../src/main/privacy/dicom-elements'

export const ctSide = 512
export const ctPlanes = 1000

export type CtForm = 'nii' | 'nii.gz' | 'dicom'

const noise = Int16Array.from({ length: 2 ** 16 }, (_, at) => {
  // Three even draws are close enough to a bell; the generator is Park and Miller's.
  let seed = (at * 48_271 + 11) % 2_147_483_647
  let sum = 0
  for (let draw = 0; draw < 3; draw++) {
    seed = (seed * 48_271) % 2_147_483_647
    sum += seed / 2_147_483_647 - 0.5
  }
  return Math.round(40 * sum)
})

/** A body of soft tissue in air, with a bone that wanders, in Hounsfield units and with noise; [512, 512]. */
function plane(z: number): Int16Array {
  const values = new Int16Array(ctSide * ctSide)
  const bone = { x: 256 + 90 * Math.cos(z / 40), y: 256 + 90 * Math.sin(z / 40) }
  for (let y = 0; y < ctSide; y++) {
    for (let x = 0; x < ctSide; x++) {
      const isBody = ((x - 256) / 210) ** 2 + ((y - 256) / 150) ** 2 < 1
      const isBone = (x - bone.x) ** 2 + (y - bone.y) ** 2 < 900
      const base = isBone ? 700 : isBody ? 40 : -1000
      // Any index is inside a table of 65,536 entries when it is cut to 16 bits.
      values[y * ctSide + x] = base + noise[(x * 31 + y * 523 + z * 7919) & 0xffff]!
    }
  }
  return values
}

const bytesIn = (values: Int16Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength)

/** @returns the file, or for `dicom` the folder of a thousand of them, inside `folder` */
export async function writeLargeCt(folder: string, form: CtForm): Promise<string> {
  if (form === 'dicom') return writeSlices(join(folder, 'ct-1000'))
  const path = join(folder, `ct-1000.${form}`)
  const file = createWriteStream(path)
  const target: Writable = form === 'nii' ? file : createGzip({ level: 1 })
  if (target !== file) target.pipe(file)
  const write = async (bytes: Buffer): Promise<void> => {
    if (!target.write(bytes)) await new Promise(resolve => target.once('drain', resolve))
  }
  await write(niftiHead())
  for (let z = 0; z < ctPlanes; z++) await write(bytesIn(plane(z)))
  target.end()
  await finished(file)
  return path
}

function niftiHead(): Buffer {
  const head = Buffer.alloc(352)
  head.writeInt32LE(348, 0)
  for (const [index, size] of [3, ctSide, ctSide, ctPlanes, 1, 1, 1, 1].entries())
    head.writeInt16LE(size, 40 + 2 * index)
  head.writeInt16LE(4, 70) // int16
  head.writeInt16LE(16, 72)
  for (const [index, size] of [1, 0.7, 0.7, 1].entries()) head.writeFloatLE(size, 76 + 4 * index)
  head.writeFloatLE(352, 108) // where the values begin
  head.writeUInt8(2, 123) // millimetres
  head.writeInt16LE(1, 254) // sform
  for (const [row, size] of [-0.7, -0.7, 1].entries()) head.writeFloatLE(size, 280 + 20 * row)
  head.write('n+1', 344, 'latin1')
  return head
}

const encoding = { isExplicit: true, isLittleEndian: true }
const uid = '2.25.31415926535'

function writeSlices(folder: string): string {
  mkdirSync(folder)
  for (let z = 0; z < ctPlanes; z++)
    writeFileSync(join(folder, `${String(z).padStart(4, '0')}.dcm`), dicomSlice(z, bytesIn(plane(z))))
  return folder
}

/** One slice of a CT series, explicit little endian. */
export function dicomSlice(z: number, pixels: Buffer, side = ctSide): Buffer {
  const text = (tag: string, vr: string, value: string): Buffer =>
    element(tag, vr, textValue(value, vr), encoding)
  const number = (tag: string, value: number): Buffer =>
    element(tag, 'US', Uint8Array.of(value & 255, value >> 8), encoding)
  const meta = text('00020010', 'UI', '1.2.840.10008.1.2.1')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(meta.length)
  return Buffer.concat([
    ...[Buffer.alloc(128), Buffer.from('DICM'), element('00020000', 'UL', length, encoding), meta],
    text('00080016', 'UI', '1.2.840.10008.5.1.4.1.1.2'),
    text('00080018', 'UI', `${uid}.${z + 1}`),
    text('00080060', 'CS', 'CT'),
    text('00100020', 'LO', 'bench'),
    text('0020000e', 'UI', uid),
    text('00200011', 'IS', '1'),
    text('00200013', 'IS', String(z + 1)),
    text('00200032', 'DS', `0\\0\\${z}`),
    text('00200037', 'DS', '1\\0\\0\\0\\1\\0'),
    number('00280002', 1),
    text('00280004', 'CS', 'MONOCHROME2'),
    ...[number('00280010', side), number('00280011', side)],
    text('00280030', 'DS', '0.7\\0.7'),
    ...[number('00280100', 16), number('00280101', 16), number('00280102', 15), number('00280103', 1)],
    element('7fe00010', 'OW', pixels, encoding),
  ])
}
