import { expect, it } from 'vitest'
import { scalesOf } from '../../../../src/renderer/src/canvas/viewport'
import { placeSlice } from '../../../../src/renderer/src/components/tune/place-slice'

/** Ten pixels by ten, each three times as high as wide: 10 mm x 30 mm */
const slice = { width: 10, height: 10, spacingMm: { x: 1, y: 3 } }
const room = { width: 100, height: 100 }

/** Left, top, right and bottom of a slice, in CSS pixels */
function edgesOf(fit: 'cover' | 'contain') {
  const place = placeSlice(slice, room, fit)
  const { x, y } = scalesOf(place)
  const edges = [place.x, place.y, place.x + slice.width * x, place.y + slice.height * y]
  return edges.map(edge => Math.round(edge * 100) / 100)
}

it('shows a slice of pixels that are not square as it is in the body', () => {
  expect(edgesOf('contain')).toEqual([33.33, 0, 66.67, 100])
})

it('fills a room with it, cut off above and below', () => {
  expect(edgesOf('cover')).toEqual([0, -100, 100, 200])
})
