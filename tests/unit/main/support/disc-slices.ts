import { random } from '../../../../src/core/random'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writePng } from '../../../../src/main/codecs'

/** A bright disc on noise, and its mask with one label; the place is drawn from the seed. */
export function discSlice(seed: number, side = 64): { image: Uint8Array; mask: Uint8Array } {
  const generator = random(seed, 'disc')
  const radius = generator.integer(side / 8, side / 4)
  const [cx, cy] = [generator.integer(radius, side - radius), generator.integer(radius, side - radius)]
  const image = new Uint8Array(side * side)
  const mask = new Uint8Array(side * side)
  for (let pixel = 0; pixel < image.length; pixel++) {
    const [x, y] = [pixel % side, Math.floor(pixel / side)]
    const inside = (x - cx) ** 2 + (y - cy) ** 2 < radius * radius
    image[pixel] = (inside ? 150 : 60) + generator.integer(0, 60)
    mask[pixel] = inside ? 1 : 0
  }
  return {
    image: writePng(tensor('uint8', [side, side], image)),
    mask: writePng(tensor('uint8', [side, side], mask)),
  }
}

/** `images/` and `masks/` of discs, below `part` if given: the files of a data set by their paths. */
export function discFiles(count: number, part = '', firstSeed = 0): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {}
  for (let seed = firstSeed; seed < firstSeed + count; seed++) {
    const { image, mask } = discSlice(seed)
    files[`${part}images/disc-${seed}.png`] = image
    files[`${part}masks/disc-${seed}.png`] = mask
  }
  return files
}
