import { afterAll, describe, expect, it } from 'vitest'
import {
  discMask,
  fmix32,
  fnv1a,
  formulaImage,
  formulaRule,
  formulaStateDict,
  stateDictFixture,
  uniform,
} from './formula-weights'
import { fixtureBytes, fixtureJson, unopenedFixtures } from './npy-fixture'

const fixture = (name: string) => Buffer.from(fixtureBytes(`1-weights/${name}`))

interface HashCheck {
  fnv1a: Record<string, number>
  fmix32: Record<string, number>
  u: Record<string, number[]>
  synth_image: Record<string, { sum: number; first8: number[]; last8: number[]; disc: number }>
}
const hashCheck = fixtureJson('1-weights/hash_check.json') as HashCheck

describe('the formulas of the goldens', () => {
  afterAll(() => expect(unopenedFixtures('1-weights')).toEqual([]))

  it('hash names and numbers as the fixture says', () => {
    for (const [name, hash] of Object.entries(hashCheck.fnv1a)) expect(fnv1a(name)).toBe(hash)
    for (const [value, hash] of Object.entries(hashCheck.fmix32)) expect(fmix32(Number(value))).toBe(hash)
    for (const [name, values] of Object.entries(hashCheck.u)) {
      expect([...uniform(name, values.length)]).toEqual(values)
    }
  })

  it.each(['pico', 'nano', 'ti', 's'] as const)('fill every tensor of %s bit for bit', config => {
    const { tensors } = stateDictFixture(config)
    const state = formulaStateDict(config)

    expect([...state.keys()]).toEqual(tensors.map(t => t.name))
    for (const expected of tensors) {
      const actual = state.get(expected.name)
      const { rule, offset, scale } = formulaRule(expected.name, expected.shape)
      expect({ rule, offset, scale, hash: fnv1a(expected.name) }, expected.name).toEqual({
        rule: expected.rule,
        offset: expected.offset,
        scale: expected.scale,
        hash: expected.fnv1a,
      })
      expect(
        expected.sample_index.map(i => actual?.data[i]),
        expected.name,
      ).toEqual(expected.sample_value)
      let sum = 0
      for (const value of actual?.data ?? []) sum += value
      // The order of a float64 sum is not part of the format: 1e-9 allows for another one.
      expect(Math.abs(sum - expected.sum64), expected.name).toBeLessThan(1e-9 * (actual?.data.length ?? 1))
    }
  })

  it.each(Object.entries(hashCheck.synth_image))('draw the image %s', (spec, expected) => {
    const image = formulaImage(`s${spec}`)
    const [height = 0, width = 0] = image.shape

    expect(image.data.reduce((sum, value) => sum + value, 0)).toBe(expected.sum)
    expect([...image.data.slice(0, 8)]).toEqual(expected.first8)
    expect([...image.data.slice(-8)]).toEqual(expected.last8)
    expect(discMask(height, width, 0).reduce((sum, value) => sum + value, 0)).toBe(expected.disc)
  })

  it('draw the stored image and position table byte for byte', () => {
    const image = fixture('synth_image_s0_32x48.npy')
    expect(image.subarray(128).equals(Buffer.from(formulaImage('s0:32x48').data))).toBe(true)

    const table = fixture('nano_pos_embed.npy')
    const values = formulaStateDict('nano').get('image_encoder.pos_embed')?.data ?? new Float32Array()
    expect(table.subarray(128).equals(Buffer.from(values.buffer))).toBe(true)
  })
})
