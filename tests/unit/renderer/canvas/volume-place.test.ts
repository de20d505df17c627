import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { pixelOfVoxel, voxelOfPixel, voxelWithin } from '../../../../src/renderer/src/canvas/volume-place'
import { parseDirections } from '../../../../src/shared/geometry/directions'

const sizes: [number, number, number] = [4, 5, 6]
const volumes = fc.constantFrom(null, 'RAS', 'LPS', 'ASL', 'SPR', 'ILA').map(name => ({
  sizes,
  directions: name === null ? null : [...(parseDirections(name) ?? ['R', 'A', 'S'])],
}))
const voxels = fc.tuple(fc.nat(3), fc.nat(4), fc.nat(5))

test.prop([volumes, voxels, fc.constantFrom(0 as const, 1 as const, 2 as const)])(
  'a voxel is found again under its pixel, on whichever plane',
  (volume, voxel, axis) => {
    const lies = { sizes, directions: volume.directions as ['R', 'A', 'S'] | null }

    expect(voxelOfPixel(lies, axis, voxel, pixelOfVoxel(lies, axis, voxel))).toEqual(voxel)
  },
)

test('of a RAS volume the first voxel is in the lower right corner of the axial plane', () => {
  expect(pixelOfVoxel({ sizes, directions: ['R', 'A', 'S'] }, 2, [0, 0, 0])).toEqual({ x: 3, y: 4 })
})

test('a place beside the volume is the nearest one in it', () => {
  expect(voxelWithin({ sizes }, [-1, 9, 2])).toEqual([0, 4, 2])
})
