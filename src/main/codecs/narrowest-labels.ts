import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'

/** The same labels in the smallest type that holds them; below 0 and above 65,535 none is smaller. */
export function narrowestLabels(
  labels: Tensor<'int32'>,
): Tensor<'uint8'> | Tensor<'uint16'> | Tensor<'int32'> {
  let [least, most] = [0, 0]
  for (const label of labels.data) {
    if (label < least) least = label
    if (label > most) most = label
  }
  if (least < 0 || most > 65_535) return labels
  return most > 255
    ? tensor('uint16', labels.shape, Uint16Array.from(labels.data))
    : tensor('uint8', labels.shape, Uint8Array.from(labels.data))
}
