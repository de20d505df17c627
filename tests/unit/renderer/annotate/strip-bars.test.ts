import { fc, test as property } from '@fast-check/vitest'
import { expect, test } from 'vitest'
import { planeAt, stripBars } from '../../../../src/renderer/src/components/annotate/strip-bars'

const planesOf = (count: number, done: readonly number[] = []) =>
  Array.from({ length: count }, (_, plane) => ({
    id: plane + 1,
    plane,
    objects: Number(done.includes(plane)),
    proposals: 0,
  }))

test('gives each plane a bar where there is room, with its confidence and whether it is done', () => {
  const confidence = new Map([[2, { predictedIou: 0.8, kept: true }]])

  expect(stripBars(planesOf(3, [0]), confidence, 100)).toEqual([
    { first: 0, end: 1, iou: null, isDone: true },
    { first: 1, end: 2, iou: 0.8, isDone: false },
    { first: 2, end: 3, iou: null, isDone: false },
  ])
})

test('shows the least certain of the planes that share a bar', () => {
  const confidence = new Map([
    [1, { predictedIou: 0.9, kept: true }],
    [2, { predictedIou: 0.3, kept: false }],
  ])

  const [bar] = stripBars(planesOf(10, [0, 1, 2, 3]), confidence, 3)

  expect(bar).toEqual({ first: 0, end: 4, iou: 0.3, isDone: true })
})

property.prop([fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 1, max: 500 })])(
  'has room for every plane once, in no more bars than fit, and every plane can be pointed at',
  (count, most) => {
    const bars = stripBars(planesOf(count), new Map(), most)

    expect(bars.length).toBeLessThanOrEqual(most)
    expect(bars.map(({ first }) => first)).toEqual([0, ...bars.slice(0, -1).map(({ end }) => end)])
    expect(bars.at(-1)?.end).toBe(count)
    const places = bars.flatMap(({ first, end }, index) =>
      Array.from({ length: end - first }, (_, at) => (index + (at + 0.5) / (end - first)) / bars.length),
    )
    expect(places.map(place => planeAt(bars, place))).toEqual(planesOf(count).map(({ plane }) => plane))
    expect([planeAt(bars, -1), planeAt(bars, 0), planeAt(bars, 1), planeAt(bars, 2)]).toEqual([
      0,
      0,
      count - 1,
      count - 1,
    ])
  },
)
