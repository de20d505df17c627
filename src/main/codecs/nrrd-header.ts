import type { DType } from '../../core/tensor/dtype'
import { AppError } from '../../shared/errors'
import { affineOf, isFiniteAffine, lengthOf } from './affine'
import type { Affine } from './codec'

export interface NrrdHeader {
  /** In the order of the file, the fastest first */
  readonly sizes: readonly number[]
  readonly dtype: DType
  readonly encoding: 'raw' | 'gzip' | 'ascii'
  readonly littleEndian: boolean
  /** Name of the file beside this one that holds the values; null: they follow the header */
  readonly dataFile: string | null
  /** Lines and then bytes before the values; -1 bytes: the values are the last of the file */
  readonly lineSkip: number
  readonly byteSkip: number
  /** How many of the first axes hold the numbers of one voxel: 0 or 1 */
  readonly valueAxes: 0 | 1
  /** Millimetres along the axes of space, in the order of the file */
  readonly spacingMm: readonly number[] | null
  readonly affine: Affine | null
  /** Where the header ends */
  readonly end: number
}

/** Every name of NRRD's types, https://teem.sourceforge.net/nrrd/format.html#type */
const dtypes: Readonly<Record<string, DType>> = Object.fromEntries(
  (
    [
      ['int8', 'signed char, int8, int8_t'],
      ['uint8', 'uchar, unsigned char, uint8, uint8_t'],
      ['int16', 'short, short int, signed short, signed short int, int16, int16_t'],
      ['uint16', 'ushort, unsigned short, unsigned short int, uint16, uint16_t'],
      ['int32', 'int, signed int, int32, int32_t'],
      ['uint32', 'uint, unsigned int, uint32, uint32_t'],
      ['int64', 'longlong, long long, long long int, signed long long, signed long long int, int64, int64_t'],
      ['uint64', 'ulonglong, unsigned long long, unsigned long long int, uint64, uint64_t'],
      ['float32', 'float'],
      ['float64', 'double'],
    ] as const
  ).flatMap(([dtype, names]) => names.split(', ').map(name => [name, dtype])),
)

const encodings: Readonly<Record<string, NrrdHeader['encoding']>> = {
  ...{ raw: 'raw', gzip: 'gzip', gz: 'gzip' },
  ...{ ascii: 'ascii', text: 'ascii', txt: 'ascii' },
}

const longestHeader = 1_000_000

export const isNrrd = (bytes: Uint8Array): boolean =>
  /^NRRD000\d\r?\n/.test(Buffer.from(bytes.subarray(0, 10)).toString('latin1'))

/** @throws AppError CORRUPT_FILE, FILE_UNREADABLE */
export function readNrrdHeader(bytes: Uint8Array, file: string): NrrdHeader {
  const text = Buffer.from(bytes.subarray(0, longestHeader)).toString('latin1')
  // A header without values may end with the file.
  const gap = /\r?\n\r?\n/.exec(text)
  const end = gap ? gap.index + gap[0].length : text.length
  const fields = fieldsOf(text.slice(0, gap?.index ?? text.length))
  const field = (...names: string[]): string => names.map(name => fields.get(name)).find(value => value) ?? ''
  const sizes = sizesOf(field('sizes'), field('dimension'), file)
  const encoding = encodings[field('encoding').toLowerCase()]
  const dtype = dtypes[field('type').toLowerCase()]
  if (!dtype) throw unreadable(file, `its values are of the type "${field('type')}"`)
  if (!encoding) throw unreadable(file, `it is encoded as "${field('encoding')}"`)
  const dataFile = field('data file', 'datafile') || null
  if (dataFile !== null && /%|\s*LIST\b/.test(dataFile))
    throw unreadable(file, 'its values lie in several files')
  return {
    ...{ sizes, dtype, encoding, dataFile, end },
    littleEndian: field('endian').toLowerCase() !== 'big',
    lineSkip: Number(field('line skip', 'lineskip')),
    byteSkip: Number(field('byte skip', 'byteskip')),
    ...spaceOf(fields, sizes.length),
  }
}

/** `field: value`; key/value pairs (`:=`) and comments mean nothing here. */
function fieldsOf(text: string): Map<string, string> {
  const lines = text.split(/\r?\n/).slice(1)
  return new Map(
    lines.flatMap(line => {
      const [, name, value] = /^([^#:][^:]*): ?(.*)$/.exec(line) ?? []
      return name !== undefined && value !== undefined && !value.startsWith('=')
        ? [[name.trim().toLowerCase(), value.trim()] as const]
        : []
    }),
  )
}

/** What programs write beside the fields: `key:=value`, in UTF-8. */
export function nrrdKeyValues(bytes: Uint8Array): Map<string, string> {
  const text = Buffer.from(bytes.subarray(0, longestHeader)).toString('utf8')
  const [head = ''] = text.split(/\r?\n\r?\n/, 1)
  return new Map(
    head.split(/\r?\n/).flatMap(line => {
      const [, key, value] = /^([^#:][^:]*):=(.*)$/.exec(line) ?? []
      return key !== undefined && value !== undefined ? [[key, value] as const] : []
    }),
  )
}

function sizesOf(text: string, dimension: string, file: string): number[] {
  const sizes = text.split(/\s+/).map(Number)
  const isWhole = sizes.every(size => Number.isSafeInteger(size) && size > 0)
  if (text === '' || !isWhole || sizes.length !== Number(dimension)) {
    throw new AppError('CORRUPT_FILE', {
      file,
      reason: `its header declares ${dimension || 'no'} dimensions of the sizes ${text || 'none'}`,
    })
  }
  return sizes
}

/** How the world axes of each named space turn into right, anterior, superior. */
const spaces: Readonly<Record<string, readonly [number, number, number]>> = {
  ...{ 'left-posterior-superior': [-1, -1, 1], lps: [-1, -1, 1] },
  ...{ 'right-anterior-superior': [1, 1, 1], ras: [1, 1, 1] },
  ...{ 'left-anterior-superior': [-1, 1, 1], las: [-1, 1, 1] },
}

type Space = Pick<NrrdHeader, 'valueAxes' | 'spacingMm' | 'affine'>

function spaceOf(fields: ReadonlyMap<string, string>, rank: number): Space {
  const field = (name: string): string => fields.get(name) ?? ''
  const directions = vectorsOf(field('space directions'))
  const [firstKind = ''] = field('kinds').split(/\s+/)
  const isValue = directions.length === rank ? directions[0] === null : isValueKind(firstKind)
  const valueAxes = isValue && rank > 2 ? 1 : 0
  const steps = directions.flatMap(direction => (direction ? [direction] : []))
  const spacings = field('spacings').split(/\s+/).slice(valueAxes).map(Number)
  const lengths = steps.length > 0 ? steps.map(lengthOf) : spacings
  const isKnown = lengths.length >= 2 && lengths.every(length => length > 0 && Number.isFinite(length))
  return {
    valueAxes,
    spacingMm: isKnown ? lengths : null,
    affine: affineIn(field('space'), steps, field('space origin')),
  }
}

function affineIn(space: string, steps: readonly (readonly number[])[], originText: string): Affine | null {
  const signs = spaces[space.toLowerCase()]
  const [origin] = vectorsOf(originText)
  if (!signs || !origin || steps.length !== 3) return null
  const turned = (vector: readonly number[]): number[] =>
    vector.map((value, axis) => value * (signs[axis] ?? NaN))
  const affine = affineOf(steps.map(turned), turned(origin))
  return isFiniteAffine(affine) ? affine : null
}

const isValueKind = (kind: string): boolean => /color|vector|list|complex|point|normal/i.test(kind)

/** `(1,0,0) none (0,0,2)` */
function vectorsOf(text: string): (number[] | null)[] {
  return [...text.matchAll(/none|\(([^)]*)\)/g)].map(([, inside]) =>
    inside === undefined ? null : inside.split(',').map(Number),
  )
}

const unreadable = (file: string, what: string): AppError =>
  new AppError('FILE_UNREADABLE', { file, reason: `${what}, which SliceTune does not read` })
