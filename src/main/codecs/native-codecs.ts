import { createRequire } from 'node:module'
import type * as codecs from 'dcmjs-codecs'
import { AppError } from '../../shared/errors'

type Library = typeof codecs

/** One compressed picture and what is known about it. */
export interface CompressedFrame {
  readonly bytes: Uint8Array
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly bitsAllocated: number
  readonly bitsStored: number
  readonly isSigned: boolean
  readonly isPlanar: boolean
  readonly photometric: string
}

export interface DecodedFrame {
  /** Little-endian, samples together */
  readonly bytes: Uint8Array
  readonly photometric: string
  readonly isPlanar: boolean
}

export type Compression = 'jpeg' | 'jpeg-ls' | 'jpeg-2000' | 'rle'

let started: Promise<Library> | null = null

/**
 * Decodes with libjpeg, CharLS and OpenJPEG in WebAssembly, which is loaded when it is first needed.
 *
 * @param file - name for error messages
 * @throws AppError CORRUPT_FILE
 */
export async function decodeFrame(
  compression: Compression,
  frame: CompressedFrame,
  file: string,
): Promise<DecodedFrame> {
  const { Context, NativeCodecs } = await (started ??= start())
  const { bytes, rows, columns, samples, photometric, ...bits } = frame
  const context = new Context({
    ...{ width: columns, height: rows, samplesPerPixel: samples, photometricInterpretation: photometric },
    ...{ bitsAllocated: bits.bitsAllocated, bitsStored: bits.bitsStored },
    ...{ pixelRepresentation: Number(bits.isSigned), planarConfiguration: Number(bits.isPlanar) },
    encodedBuffer: new Uint8Array(bytes),
  })
  try {
    const decoded = {
      jpeg: () => NativeCodecs.decodeJpeg(context, { convertColorspaceToRgb: true }),
      'jpeg-ls': () => NativeCodecs.decodeJpegLs(context),
      'jpeg-2000': () => NativeCodecs.decodeJpeg2000(context),
      rle: () => NativeCodecs.decodeRle(context),
    }[compression]()
    return {
      bytes: decoded.getDecodedBuffer() ?? new Uint8Array(),
      photometric: decoded.getPhotometricInterpretation() ?? photometric,
      isPlanar: decoded.getPlanarConfiguration() === 1,
    }
  } catch (cause) {
    // What broke off has left its memory as it was: the next picture gets a new one.
    started = null
    throw new AppError('CORRUPT_FILE', { file, reason: 'its compressed pixels are broken' }, { cause })
  }
}

async function start(): Promise<Library> {
  const library = (await import('dcmjs-codecs')).default
  library.log.setLevel('silent')
  await library.NativeCodecs.initializeAsync({
    webAssemblyModulePathOrUrl: createRequire(import.meta.url).resolve(
      'dcmjs-codecs/build/dcmjs-native-codecs.wasm',
    ),
  })
  return library
}
