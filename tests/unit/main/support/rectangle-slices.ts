import { random } from '../../../../src/core/random'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writePng } from '../../../../src/main/codecs'

const side = 64

/** A bright rectangle on dark noise, or the noise alone, and the mask: its place is drawn from the seed. */
export function rectangleSlice(seed: number, hasObject = true): { image: Uint8Array; mask: Uint8Array } {
  const generator = random(seed, 'rectangle')
  const [width, height] = [generator.integer(20, 30), generator.integer(20, 30)]
  const [x0, y0] = [generator.integer(2, side - width - 2), generator.integer(2, side - height - 2)]
  const image = new Uint8Array(side * side)
  const mask = new Uint8Array(side * side)
  for (let pixel = 0; pixel < image.length; pixel++) {
    const [x, y] = [pixel % side, Math.floor(pixel / side)]
    const isInside = hasObject && x >= x0 && x < x0 + width && y >= y0 && y < y0 + height
    image[pixel] = (isInside ? 190 : 20) + generator.integer(0, 30)
    mask[pixel] = isInside ? 1 : 0
  }
  return {
    image: writePng(tensor('uint8', [side, side], image)),
    mask: writePng(tensor('uint8', [side, side], mask)),
  }
}

/**
 * `images/` and `masks/` below `part`: the files of a data set by their paths. Slices with nothing in them have a mask
 * of background only.
 */
export function rectangleFiles(
  part: string,
  {
    objects,
    empty,
    firstSeed,
  }: { readonly objects: number; readonly empty: number; readonly firstSeed: number },
): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {}
  for (let index = 0; index < objects + empty; index++) {
    const { image, mask } = rectangleSlice(firstSeed + index, index < objects)
    const name = `${index < objects ? 'rectangle' : 'nothing'}-${firstSeed + index}.png`
    files[`${part}images/${name}`] = image
    files[`${part}masks/${name}`] = mask
  }
  return files
}
