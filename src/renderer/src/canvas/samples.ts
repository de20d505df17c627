import type { SampleType } from '../../../shared/domain/slice'

/** The values of a slice as they travel: row-major, channels last. */
export type Samples =
  Uint8Array | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array

const views = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<SampleType, unknown>

/**
 * Looks at the bytes of a slice as its sample type says. Little endian, as every machine that runs a browser is.
 *
 * @throws RangeError when the bytes are no whole number of samples
 */
export function samplesOf(bytes: ArrayBuffer, type: SampleType): Samples {
  return new views[type](bytes)
}
