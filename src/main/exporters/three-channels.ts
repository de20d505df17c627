import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'

/** A grey picture [height, width] as red, green and blue of the same value; one in colour as it is. */
export function threeChannels<T extends Tensor<'uint8'> | Tensor<'uint16'>>(picture: T): T
export function threeChannels(
  picture: Tensor<'uint8'> | Tensor<'uint16'>,
): Tensor<'uint8'> | Tensor<'uint16'> {
  const [height = 0, width = 0, channels = 1] = picture.shape
  if (channels === 3) return picture
  const shape = [height, width, 3]
  const { dtype, data } = picture
  return dtype === 'uint8'
    ? tensor(
        'uint8',
        shape,
        Uint8Array.from({ length: 3 * data.length }, (_, at) => grey(data, at)),
      )
    : tensor(
        'uint16',
        shape,
        Uint16Array.from({ length: 3 * data.length }, (_, at) => grey(data, at)),
      )
}

const grey = (data: Uint8Array | Uint16Array, at: number): number => data[Math.floor(at / 3)] ?? 0
