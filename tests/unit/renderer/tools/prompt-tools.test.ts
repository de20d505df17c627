import { describe, expect, it } from 'vitest'
import { boxTool } from '../../../../src/renderer/src/tools/box-tool'
import { pointTool } from '../../../../src/renderer/src/tools/point-tool'
import { selectTool } from '../../../../src/renderer/src/tools/select-tool'
import { hand, recordingHost } from './recording-host'

describe('boxTool', () => {
  it('asks while it is dragged and stores when the button is released', () => {
    const { host, calls } = recordingHost()
    const tool = boxTool(host)

    tool.down(hand(10, 10))
    tool.move(hand(20, 20))
    tool.up(hand(30, 25))

    expect(calls).toEqual([
      ['setBox', { x0: 10, y0: 10, x1: 19, y1: 19 }, false],
      ['setBox', { x0: 10, y0: 10, x1: 29, y1: 24 }, true],
    ])
  })

  it('takes a press that did not move for choosing an object', () => {
    const { host, calls } = recordingHost()
    const tool = boxTool(host)

    tool.down(hand(10, 10))
    tool.move(hand(10.5, 10.5))
    tool.up(hand(10.5, 10.5))

    expect(calls).toEqual([['selectObjectAt', { x: 10.5, y: 10.5 }]])
  })

  it('gives the box up with Esc and does nothing when the button is released afterwards', () => {
    const { host, calls } = recordingHost()
    const tool = boxTool(host)

    tool.down(hand(10, 10))
    tool.move(hand(30, 30))

    expect(tool.cancel()).toBe(true)
    tool.up(hand(40, 40))
    expect(calls.slice(1)).toEqual([['dropBox']])
  })
})

describe('pointTool', () => {
  it('sets the chosen sign with left, a negative click with right or Shift', () => {
    const { host, calls } = recordingHost()
    const tool = pointTool(host)

    tool.down(hand(10.6, 10.2))
    tool.down(hand(20, 20, { button: 'right' }))
    tool.down(hand(30, 30, { isShift: true }))

    expect(calls).toEqual([
      ['addPoint', { x: 10, y: 10, sign: 'positive' }],
      ['addPoint', { x: 20, y: 20, sign: 'negative' }],
      ['addPoint', { x: 30, y: 30, sign: 'negative' }],
    ])
  })

  it('sets no click beside the slice', () => {
    const { host, calls } = recordingHost()

    pointTool(host).down(hand(-1, 10))

    expect(calls).toEqual([])
  })

  it('moves a click that is there instead of setting another', () => {
    const { host, calls } = recordingHost({ points: [{ x: 10, y: 10, sign: 'negative' }] })
    const tool = pointTool(host)

    tool.down(hand(11, 11))
    tool.move(hand(20, 30))
    tool.up(hand(21, 31))

    expect(calls).toEqual([
      ['selectPoint', 0],
      ['movePoint', 0, { x: 20, y: 30 }, false],
      ['movePoint', 0, { x: 21, y: 31 }, true],
    ])
  })
})

describe('selectTool', () => {
  it('chooses with a click and pans with a drag', () => {
    const { host, calls } = recordingHost()
    const tool = selectTool(host)

    tool.down(hand(10, 10))
    tool.up(hand(10, 10))
    tool.down(hand(10, 10))
    tool.move(hand(20, 15))
    tool.up(hand(20, 15))

    expect(calls).toEqual([
      ['selectObjectAt', { x: 10, y: 10 }],
      ['pan', 20, 10],
    ])
  })
})
