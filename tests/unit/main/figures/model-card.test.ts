import { describe, expect, it } from 'vitest'
import type { ModelCard } from '../../../../src/main/figures'
import { modelCard, verdict } from '../../../../src/main/figures'

const compared = (base: number[], tuned: number[]): { name: string; base: number; tuned: number }[] =>
  base.map((value, i) => ({ name: `case-${i + 1}`, base: value, tuned: tuned[i] ?? NaN }))

describe('verdict', () => {
  it('says better, with the number of slices and that a small set is uncertain', () => {
    const cases = compared([0.8, 0.82, 0.79, 0.83], [0.9, 0.91, 0.88, 0.91])

    const { outcome, sentence } = verdict({ cases, independent: true })

    expect(outcome).toBe('better')
    expect(sentence).toBe('v1 beats the base: Dice 0.81 → 0.90 on 4 held-out slices (small set: uncertain).')
  })

  it('says worse, keeps the base and names the worst slice', () => {
    const cases = compared([0.86, 0.85, 0.87], [0.8, 0.7, 0.86])

    const { outcome, sentence } = verdict({ cases, independent: true, name: 'v2' })

    expect(outcome).toBe('worse')
    expect(sentence).toContain('v2 is worse than the base: Dice 0.86 → 0.79')
    expect(sentence).toContain('The base stays in use. Worst slice: case-2.')
  })

  it('does not call a gain within the uncertainty a success', () => {
    const cases = compared([0.8, 0.9, 0.85, 0.7], [0.9, 0.8, 0.87, 0.72])

    const { outcome, sentence, gain } = verdict({ cases, independent: true })

    expect(outcome).toBe('unclear')
    expect(sentence).toContain('about as good as the base')
    expect(sentence).toContain('The base stays in use.')
    expect(gain?.[0]).toBeLessThan(0)
    expect(gain?.[1]).toBeGreaterThan(0)
  })

  it('names the slices that got worse although the mean got better', () => {
    const base = Array.from({ length: 12 }, () => 0.5)
    const cases = compared(base, [...base.slice(1).map(() => 0.9), 0.4])

    const { outcome, sentence } = verdict({ cases, independent: true })

    expect(outcome).toBe('better')
    expect(sentence).toContain('Worse on 1 of them (case-12): look at those before you switch.')
    expect(sentence).not.toContain('small set')
  })

  it('marks a shared patient, and never claims anything without cases', () => {
    expect(verdict({ cases: compared([0.5], [0.9]), independent: false }).sentence).toContain(
      'Not independent',
    )
    expect(verdict({ cases: [], independent: true })).toMatchObject({ outcome: 'unclear', gain: null })
  })

  it('shows a third decimal where two would hide the difference', () => {
    const cases = compared([0.901, 0.903], [0.903, 0.905])

    expect(verdict({ cases, independent: true }).sentence).toContain('0.902 → 0.904')
  })
})

describe('modelCard', () => {
  const card: ModelCard = {
    name: 'heads v1',
    created: '2026-01-02T03:04:05Z',
    program: 'SliceTune 0.1.0',
    base: { id: 'efficientsam-ti-medical', source: 'bundled', licence: 'CC BY-SA 4.0', sha256: 'ab12' },
    checkpoint: { file: 'medsam_lite_best.pth', epoch: 12 },
    data: {
      source: 'fetal-head-us',
      licence: 'CC-BY 4.0',
      independent: true,
      train: { slices: 40, groups: 40 },
      val: { slices: 2, groups: 2 },
      skipped: [{ file: 'bad|name`.png', reason: 'no\nlabel' }],
    },
    preset: 'quick',
    options: { epochs: 25, learningRate: 2e-4, resume: null },
    prompts: { 'loose box': 0.5, 'inner point': 0.5 },
    preprocessing: { resolution: 256, mean: [0.485, 0.456, 0.406] },
    results: [
      {
        prompt: 'one point',
        metric: 'Dice',
        cases: 10,
        base: { mean: 0.4, interval: [0.31, 0.52] },
        tuned: { mean: 0.94 },
      },
      {
        prompt: 'box',
        metric: 'HD95',
        unit: 'px',
        cases: 10,
        base: { mean: null },
        tuned: null,
        ellipse: { mean: 3 },
      },
    ],
    verdict: 'v1 beats the base.',
    limits: ['One hospital <only>'],
    attributions: ['HC18, CC-BY 4.0'],
  }

  it('holds everything that the next person needs', () => {
    expect(modelCard(card)).toMatchSnapshot()
  })

  it('says aloud when training and validation share a patient', () => {
    const shared = { ...card, data: { ...card.data, independent: false } }

    expect(modelCard(shared)).toContain('**Not independent**')
  })

  it('cannot be broken by names from files', () => {
    const markdown = modelCard({ ...card, name: '<img src=x>\n# fake', limits: [] })

    expect(markdown).toContain('\\<img src=x\\> \\# fake')
    expect(markdown).not.toMatch(/(?<!\\)<img/u)
    expect(markdown.match(/^# /gmu)).toHaveLength(1)
  })
})
