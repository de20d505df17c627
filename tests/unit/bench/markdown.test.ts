import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { markdownOf } from '../../../bench/markdown'
import type { ReportRow } from '../../../bench/report'
import { emptyRow } from '../../../bench/report'

const encoder: ReportRow = {
  ...emptyRow('ti-1024-encoder'),
  ...{ ours: 1.9512, torchSdpa: 2.2, torchReference: 6.01, torchOnnx: 2.5 },
  ...{ oursMb: 351.4, torchSdpaMb: 902, torchReferenceMb: 1100, torchOnnxMb: 700 },
}
const step: ReportRow = {
  ...emptyRow('s-1024-step-b4'),
  ...{ ours: 123.4, oursMb: 1500 },
  reasons: { torchSdpa: 'failed', torchReference: 'needs about 31 GB of memory, and 20 GB are free' },
}
const comparison: ReportRow = {
  ...emptyRow('ti-1024-quick-vs-full'),
  ours: 0.25,
  reasons: { torchSdpa: 'no figure', torchReference: 'no figure' },
  timesLess: { ours: 32.04 },
}

describe('the Markdown table of a report', () => {
  const markdown = markdownOf({
    event: 'report',
    environment: { date: '2030-01-02', PyTorch: '2.7.1' },
    rows: [encoder, step, comparison],
  })
  const cellsOf = (name: string): string[] =>
    (markdown.split('\n').find(line => line.startsWith(`| ${name}`)) ?? '')
      .split('|')
      .map(cell => cell.trim())

  it('sets seconds, memory and their ratios side by side', () => {
    const [, ...cells] = cellsOf('ti-1024-encoder')

    expect(cells.slice(1, 6)).toEqual(['1.95', '2.20', '6.01', '2.50', '0.89'])
    expect(cells.slice(6, 10)).toEqual(['351', '902', '1100', '0.39'])
  })

  it('shows a dash for what could not run, and why beneath', () => {
    expect(cellsOf('s-1024-step-b4').slice(2, 7)).toEqual(['123', '–', '–', '', '–'])
    expect(markdown).toContain('- s-1024-step-b4, PyTorch, SDPA: failed')
    expect(markdown).toContain('- s-1024-step-b4, PyTorch, reference: needs about 31 GB')
  })

  it('says a reason once for all engines that share it', () => {
    expect(markdown).toContain('- ti-1024-quick-vs-full, PyTorch, SDPA and PyTorch, reference: no figure')
  })

  it('says how many times less a quick sample costs, and where it was measured', () => {
    expect(markdown).toContain('times less a sample than a full step: SliceTune 32.0')
    expect(markdown).toContain('date: 2030-01-02; PyTorch: 2.7.1.')
  })

  it('is aligned as the formatter wants it, so that it can be pasted into the docs', async () => {
    expect(await format(`${markdown}\n`, { parser: 'markdown' })).toBe(`${markdown}\n`)
  })
})
