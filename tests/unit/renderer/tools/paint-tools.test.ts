import { describe, expect, it } from 'vitest'
import { brushTool } from '../../../../src/renderer/src/tools/brush-tool'
import { lassoTool, polygonTool } from '../../../../src/renderer/src/tools/path-tool'
import { hand, recordingHost } from './recording-host'

const at = (x: number, y: number): { x: number; y: number } => ({ x, y })

describe('brushTool', () => {
  it('joins the places of the hand and ends the stroke once', () => {
    const { host, calls } = recordingHost()
    const tool = brushTool(host, true)

    tool.down(hand(10, 10))
    tool.move(hand(20, 10))
    tool.up(hand(20, 10))
    tool.up(hand(20, 10))

    expect(calls).toEqual([
      ['beginStroke', at(10, 10), true],
      ['strokeTo', at(10, 10), at(10, 10), true],
      ['strokeTo', at(10, 10), at(20, 10), true],
      ['endStroke', true],
    ])
  })

  it('erases with Shift or the right button, and the eraser paints', () => {
    const { host, calls } = recordingHost()

    brushTool(host, true).down(hand(1, 1, { isShift: true }))
    brushTool(host, false).down(hand(1, 1, { button: 'right' }))

    expect(calls.filter(([name]) => name === 'beginStroke').map(call => call[2])).toEqual([false, true])
  })

  it('paints nothing where there is nothing to paint on', () => {
    const { host, calls } = recordingHost({ beginStroke: () => false })
    const tool = brushTool(host, false)

    tool.down(hand(10, 10))
    tool.move(hand(20, 10))
    tool.up(hand(20, 10))

    expect(calls).toEqual([])
  })
})

describe('polygonTool', () => {
  it('closes at its first corner', () => {
    const { host, calls } = recordingHost()
    const tool = polygonTool(host)

    for (const [x, y] of [
      [10, 10],
      [40, 10],
      [40, 40],
      [11, 11],
    ] as const)
      tool.down(hand(x, y))

    expect(calls).toEqual([['fillPath', [at(10, 10), at(40, 10), at(40, 40)], 'polygon', true]])
  })

  it('closes with Enter, takes the last corner back with the right button, and needs three', () => {
    const { host, calls } = recordingHost()
    const tool = polygonTool(host)

    tool.down(hand(10, 10))
    tool.down(hand(40, 10))
    tool.down(hand(40, 40))
    tool.down(hand(0, 0, { button: 'right' }))

    expect(tool.finish?.()).toBe(false)
    expect(calls).toEqual([])
  })

  it('does not count the second click of a double click as a corner', () => {
    const { host, calls } = recordingHost()
    const tool = polygonTool(host)

    for (const [x, y] of [
      [10, 10],
      [40, 10],
      [40, 40],
      [40, 40],
    ] as const)
      tool.down(hand(x, y))
    tool.doubleClick?.(hand(40, 40))

    expect(calls).toEqual([['fillPath', [at(10, 10), at(40, 10), at(40, 40)], 'polygon', true]])
  })
})

describe('lassoTool', () => {
  it('takes away with Shift, and leaves out places that lie on top of each other', () => {
    const { host, calls } = recordingHost()
    const tool = lassoTool(host)

    tool.down(hand(10, 10))
    for (const [x, y] of [
      [10.2, 10],
      [30, 10],
      [30, 30],
    ] as const)
      tool.move(hand(x, y))
    tool.up(hand(30, 30, { isShift: true }))

    expect(calls).toEqual([['fillPath', [at(10, 10), at(30, 10), at(30, 30)], 'lasso', false]])
  })
})
