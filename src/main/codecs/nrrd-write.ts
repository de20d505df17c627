import { gzipSync } from 'node:zlib'
import type { Tensor } from '../../core/tensor/tensor'
import { lpsToRas } from './affine'
import type { DecodedFile } from './codec'
import { valueBytes } from './typed-values'

export type NrrdPlace = Pick<DecodedFile, 'affine' | 'spacingMm'>

/**
 * A volume as one NRRD file, gzipped. Its place is written in full precision in LPS, as DICOM and 3D Slicer count; a volume
 * without a place has its spacings alone, where they are known.
 *
 * @param values - [z, y, x]
 * @param place - as a codec gives it
 * @param pairs - what else the header says, as `key:=value`
 * @see https://teem.sourceforge.net/nrrd/format.html
 */
export function writeNrrd(
  values: Tensor<'uint8'> | Tensor<'uint16'> | Tensor<'int32'>,
  place: NrrdPlace,
  pairs: readonly (readonly [key: string, value: string])[],
): Uint8Array {
  const lines = [
    'NRRD0005',
    '# Complete NRRD file format specification at http://teem.sourceforge.net/nrrd/format.html',
    `type: ${values.dtype}`,
    'dimension: 3',
    ...(place.affine ? ['space: left-posterior-superior'] : []),
    `sizes: ${[...values.shape].reverse().join(' ')}`,
    ...placeLines(place),
    'kinds: domain domain domain',
    'endian: little',
    'encoding: gzip',
    ...pairs.map(([key, value]) => `${key}:=${escaped(value)}`),
  ]
  const header = Buffer.from(`${lines.join('\n')}\n\n`)
  return Buffer.concat([header, gzipSync(valueBytes(values, true))])
}

function placeLines({ affine, spacingMm }: NrrdPlace): string[] {
  if (affine) {
    const column = (axis: number): string => vector(affine.slice(0, 3).map(row => row[axis] ?? NaN))
    return [`space directions: ${[0, 1, 2].map(column).join(' ')}`, `space origin: ${column(3)}`]
  }
  return spacingMm?.length === 3 ? [`spacings: ${[...spacingMm].reverse().join(' ')}`] : []
}

/** Turning a sign loses nothing; adding 0 makes zeros of minus zeros. */
const vector = (ras: readonly number[]): string =>
  `(${lpsToRas(ras)
    .map(value => value + 0)
    .join(',')})`

const escaped = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('\r', ' ').replaceAll('\n', '\\n')
