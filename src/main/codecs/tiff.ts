import type { GeoTIFFImage } from 'geotiff'
import type { DType } from '../../core/tensor/dtype'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { countOf } from '../../shared/text/count-of'
import type { CodecResult, FileRole } from './codec'
import { defineCodec } from './codec'
import { guardDecodedSize } from './size-guard'
import { decodeLzw } from './tiff-lzw'
import { countPages, isTiff } from './tiff-directories'
import type { TiffPage } from './tiff-page'
import { describePage, shownPage } from './tiff-page'

export const tiff = defineCodec({
  id: 'tiff',
  extensions: ['.tif', '.tiff'],
  sniff: isTiff,
  read: async (bytes, file, role): Promise<CodecResult> => {
    const count = countPages(bytes, file)
    try {
      return await readPages(bytes, count, file, role)
    } catch (cause) {
      if (cause instanceof AppError) throw cause
      throw new AppError('CORRUPT_FILE', { file, reason: 'its TIFF structure is broken' }, { cause })
    }
  },
})

/** Pages like the first one are a volume; others are thumbnails and the like. */
async function readPages(
  bytes: Uint8Array,
  count: number,
  file: string,
  role: FileRole,
): Promise<CodecResult> {
  // Loaded when a TIFF is first met: it brings decoders of a dozen compressions.
  const { BaseDecoder, addDecoder, fromArrayBuffer } = await import('geotiff')
  class LzwDecoder extends BaseDecoder {
    override decodeBlock(buffer: ArrayBuffer): ArrayBuffer {
      return decodeLzw(buffer)
    }
  }
  addDecoder(5, () => Promise.resolve(LzwDecoder))
  const source = await fromArrayBuffer(Uint8Array.from(bytes).buffer)
  const pages: TiffPage[] = []
  for (let index = 0; index < count; index++) pages.push(describePage(await source.getImage(index), file))
  const [first] = pages
  if (!first) throw new AppError('CORRUPT_FILE', { file, reason: 'it has no page' })
  const alike = pages.filter(page => page.key === first.key)
  const declared = alike.reduce((sum, page) => sum + page.bytes, 0)
  guardDecodedSize(file, declared, bytes.length * first.mostPerByte, false)
  const values: Tensor[] = []
  for (const page of alike) values.push(shownPage(page, await rasters(page, role), role))
  const left = pages.length - alike.length
  const warnings =
    left > 0 ? [`${countOf(left, 'page')} of another size or type ${left === 1 ? 'is' : 'are'} left out`] : []
  return { ...stacked(values, first, role), warnings }
}

/** Samples of a pixel together; apart where they are stored apart and are to be left so. */
async function rasters(
  { image, isPlanar, rows, columns, samples, isBit }: TiffPage,
  role: FileRole,
): Promise<Tensor> {
  const isApart = isPlanar && samples > 1 && role === 'stored'
  const shape = [...(isApart ? [samples] : []), rows, columns, ...(samples > 1 && !isApart ? [samples] : [])]
  const read = await image.readRasters({ interleave: !isApart } as Parameters<GeoTIFFImage['readRasters']>[0])
  const arrays = (Array.isArray(read) ? read : [read]) as unknown as Tensor['data'][]
  const data = joined(arrays)
  return tensor(isBit ? 'bool' : dtypeOf(data), shape, data)
}

function joined(arrays: readonly Tensor['data'][]): Tensor['data'] {
  const [first] = arrays
  if (!first) throw new RangeError('no samples')
  if (arrays.length === 1) return first
  const all = new (first.constructor as new (length: number) => Uint8Array)(first.length * arrays.length)
  arrays.forEach((array, index) => {
    all.set(array as Uint8Array, index * first.length)
  })
  return all
}

const dtypeOf = (data: Tensor['data']): DType =>
  // Float32Array is float32, Uint8Array is uint8.
  data.constructor.name.replace('Array', '').toLowerCase() as DType

function stacked(
  pages: readonly Tensor[],
  { samples }: TiffPage,
  role: FileRole,
): Pick<CodecResult, 'pixels' | 'kind'> {
  const [first] = pages
  if (!first) throw new RangeError('no pages')
  if (pages.length === 1) return { pixels: first, kind: 'picture' }
  const pixels = tensor(first.dtype, [pages.length, ...first.shape], joined(pages.map(page => page.data)))
  return { pixels, kind: role === 'stored' || samples <= 4 ? 'volume' : 'picture' }
}
