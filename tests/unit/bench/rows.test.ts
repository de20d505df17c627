import { describe, expect, it } from 'vitest'
import { allRows, selectRows } from '../../../bench/rows'

const names = (rows: readonly { readonly name: string }[]): string[] => rows.map(row => row.name)

describe('the rows of the bench', () => {
  it('are five jobs of Ti and S at 512 and 1024, and one comparison', () => {
    const jobs = ['encoder', 'decoder', 'step-b1', 'step-b4', 'workers-b4', 'quick-epoch']
    const expected = ['ti', 's'].flatMap(model =>
      [512, 1024].flatMap(side => jobs.map(job => `${model}-${side}-${job}`)),
    )

    expect(names(allRows)).toEqual([...expected, 'ti-1024-quick-vs-full'])
  })

  it('train against masks of at least 256 pixels, as the program does', () => {
    const sides = selectRows(['ti-512-step-b1', 'ti-1024-step-b1']).map(
      row => row.kind === 'measured' && row.measurement.maskSide,
    )

    expect(sides).toEqual([256, 256])
  })

  it('are all measured where none is named', () => {
    expect(selectRows([])).toEqual(allRows)
  })

  it('come once each and in the order of the table, however they are asked for', () => {
    const chosen = selectRows(['s-512-decoder', 'ti-512-encoder', 's-512-decoder'])

    expect(names(chosen)).toEqual(['ti-512-encoder', 's-512-decoder'])
  })

  it('bring along what a comparison compares', () => {
    expect(names(selectRows(['ti-1024-quick-vs-full']))).toEqual([
      'ti-1024-step-b4',
      'ti-1024-quick-epoch',
      'ti-1024-quick-vs-full',
    ])
  })

  it('can be those of a tiny network, to try the bench itself', () => {
    const [row] = selectRows(['nano-128-step-b4', 'nano-128-step-b4'])

    expect(row).toMatchObject({
      name: 'nano-128-step-b4',
      measurement: { job: 'step', model: 'nano', resolution: 128, batch: 4, samples: 4 },
    })
  })

  it.each(['ti-1024', 'ti-256-encoder', 'nano-100-encoder', 'nano-128-epoch', ''])(
    'do not include %j',
    name => {
      expect(() => selectRows([name])).toThrow(/There is no row/)
    },
  )
})
