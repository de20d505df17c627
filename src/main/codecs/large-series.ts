import type { Tensor } from '../../core/tensor/tensor'
import type { FileRole, LargeOptions, LargeVolume } from './codec'
import { readBytes } from './file-bytes'
import { isLarge } from './large-volume'
import type { AboutSeries, SeriesList } from './series-list'
import { readSeriesList } from './series-list'
import { planeValues, readSlice, refuseOtherShape } from './series-volume'

/**
 * A series of which each plane is read from its own file.
 *
 * @returns null for a smaller one, and where the list does not say what its slices are together
 * @throws AppError CORRUPT_FILE
 */
export async function openLargeSeries(
  file: string,
  { role, least }: LargeOptions,
): Promise<LargeVolume | null> {
  if (role !== 'image') return null
  const { files, about } = readSeriesList(await readBytes(file), file)
  if (about === null || !isLarge(about.shape, about.dtype, least)) return null
  return largeSeries({ files, about }, role)
}

export function largeSeries(
  { files, about }: SeriesList & { readonly about: AboutSeries },
  role: FileRole,
): LargeVolume {
  const { isScaled, ...known } = about
  const [, ...plane] = about.shape
  return {
    about: {
      ...known,
      ...{ kind: 'volume', isReversed: false, storedShape: about.shape, place: null },
      hasPlace: about.affine !== null,
    },
    plane: async (z): Promise<Tensor> => {
      const file = files[z]
      if (file === undefined) throw new RangeError(`plane ${z} of ${files.length}`)
      const slice = await readSlice(await readBytes(file), file, role)
      refuseOtherShape(slice.pixels.shape, plane, file)
      return planeValues(slice, isScaled)
    },
    check: () => Promise.resolve(),
    close: () => undefined,
  }
}
