import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Tensor } from '../../../../src/core/tensor/tensor'
import { decodeBytes } from '../../../../src/main/codecs'
import { readDataSet } from '../../../../src/main/codecs/dicom-data-set'
import { deidentifyDicom } from '../../../../src/main/privacy/deidentify-dicom'
import { createPseudonyms, newPseudonymKey } from '../../../../src/main/privacy/pseudonyms'
import { isAppError } from '../../../../src/shared/errors'
import { namedDicom, namedWords } from '../support/named-dicom'
import { isRefused, zoo, zooFolder, zooPath } from '../codecs/zoo'

const pseudonyms = createPseudonyms('ab'.repeat(32))
const options = { pseudonyms, keepDates: false }
const alone = zoo.filter(file => file.path.startsWith('dicom/') && !isRefused(file))
const inSeries = ['dicom-series-ct', 'dicom-series-mr'].flatMap(folder =>
  readdirSync(join(zooFolder, folder))
    .filter(name => name.endsWith('.dcm'))
    .map(name => join(zooFolder, folder, name)),
)

const clean = (file: string, bytes: Buffer = readFileSync(file)): Buffer =>
  Buffer.from(deidentifyDicom(bytes, file, options).bytes)

const identifying = [
  ...['x00100010', 'x00100020', 'x00100030', 'x00080090', 'x00080050'],
  ...['x0008103e', 'x0020000d', 'x0020000e', 'x00080018', 'x00080020', 'x00181030'],
]

const bytesIn = ({ data }: Tensor): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

/** Everything of a file but its pixels, as text. */
function textBeforePixels(bytes: Uint8Array): string {
  const data = readDataSet(bytes, 'file')
  const { dataOffset = 0, length = 0 } = data.elements['x7fe00010'] ?? {}
  const all = Buffer.from(data.byteArray)
  return all.subarray(0, dataOffset).toString('latin1') + all.subarray(dataOffset + length).toString('latin1')
}

describe('a DICOM file without what says who the patient is', () => {
  it.each([...alone.map(zooPath), ...inSeries])(
    'shows the very pixels in their very place: %s',
    async file => {
      const bytes = readFileSync(file)
      for (const role of ['stored', 'image'] as const) {
        const [was, is] = [await decodeBytes(bytes, file, role), await decodeBytes(clean(file), file, role)]
        const { place: placeWas, pixels: pixelsWas, ...restWas } = was
        const { place, pixels, ...rest } = is
        expect(rest).toEqual(restWas)
        expect([pixels.dtype, ...pixels.shape]).toEqual([pixelsWas.dtype, ...pixelsWas.shape])
        expect(bytesIn(pixels).equals(bytesIn(pixelsWas))).toBe(true)
        expect([place?.position, place?.orientation, place?.instance]).toEqual([
          ...[placeWas?.position, placeWas?.orientation, placeWas?.instance],
        ])
      }
    },
  )

  it.each([...alone.map(zooPath), ...inSeries])('holds nothing of what identified it: %s', file => {
    const data = readDataSet(readFileSync(file), file)
    const values = identifying.flatMap(tag => data.string(tag)?.trim() ?? []).filter(text => text.length > 5)
    const text = textBeforePixels(clean(file))
    for (const value of values) expect(text).not.toContain(value)
  })

  it('keeps pixel data byte for byte, however it is compressed', () => {
    for (const file of alone.map(zooPath)) {
      const pixelsOf = (bytes: Uint8Array): Buffer => {
        const data = readDataSet(bytes, file)
        const { dataOffset = 0, length = 0 } = data.elements['x7fe00010'] ?? {}
        return Buffer.from(data.byteArray.subarray(dataOffset, dataOffset + length))
      }
      expect(pixelsOf(clean(file)).equals(pixelsOf(readFileSync(file)))).toBe(true)
    }
  })

  it('says that it was cleaned, and how', () => {
    const data = readDataSet(clean(join(zooFolder, 'dicom/CT_small.dcm')), 'file')
    expect(data.string('x00120062')).toBe('YES')
    expect(data.string('x00120063')).toContain('Basic Application Confidentiality Profile')
    expect(data.elements['x00120064']?.items?.[0]?.dataSet?.string('x00080100')).toBe('113100')
    expect(data.string('x00280303')).toBe('REMOVED')
  })

  it('keeps dates where that is asked for', () => {
    const file = join(zooFolder, 'dicom/CT_small.dcm')
    const { bytes } = deidentifyDicom(readFileSync(file), file, { pseudonyms, keepDates: true })
    const [was, is] = [readDataSet(readFileSync(file), file), readDataSet(bytes, file)]
    expect(is.string('x00080020')).toBe(was.string('x00080020'))
    expect(is.string('x00100010')).toBeUndefined()
    expect(is.elements['x00120064']?.items).toHaveLength(2)
  })

  it('is a fixed point but for UIDs: nothing more is removed the second time', () => {
    const once = clean(join(zooFolder, 'dicom/MR_small.dcm'))
    const { changes } = deidentifyDicom(once, 'file', options)
    expect(changes.filter(({ treatment }) => treatment === 'remove')).toEqual([])
  })
})

describe('other UIDs and other names', () => {
  it('are the same for all files of one key, and others for another', () => {
    const uidOf = (file: string, key: string): string | undefined =>
      readDataSet(
        deidentifyDicom(readFileSync(file), file, { pseudonyms: createPseudonyms(key), keepDates: false })
          .bytes,
        file,
      ).string('x0020000e')
    const slices = inSeries.filter(file => file.includes('-mr'))
    const keys = [newPseudonymKey(), newPseudonymKey()] as const
    expect(new Set(slices.map(file => uidOf(file, keys[0])))).toHaveLength(1)
    expect(uidOf(slices[0] ?? '', keys[0])).not.toBe(uidOf(slices[0] ?? '', keys[1]))
  })

  it('are valid UIDs, and those of the standard stay', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{0,8}(\.[1-9][0-9]{0,8}){1,5}$/), uid => {
        const mapped = pseudonyms.uid(uid)
        return /^2\.25\.[1-9]\d{0,38}$/.test(mapped) && mapped === pseudonyms.uid(uid)
      }),
    )
    expect(pseudonyms.uid('1.2.840.10008.5.1.4.1.1.2')).toBe('1.2.840.10008.5.1.4.1.1.2')
  })
})

describe('names in every place', () => {
  it.each([true, false])('are gone: head, private tags, sequences, overlays (explicit: %s)', isExplicit => {
    const bytes = namedDicom({ isExplicit })
    for (const word of namedWords) expect(bytes.toString('latin1')).toContain(word)
    const cleaned = clean('file', bytes)
    const text = cleaned.toString('latin1')
    for (const word of namedWords) expect(text).not.toContain(word)
    const data = readDataSet(cleaned, 'file')
    expect(data.elements['x0040a043']?.items?.[0]?.dataSet?.string('x00080104')).toBe('kept')
    expect(data.elements['x00400275']).toBeUndefined()
    expect(data.string('x00100020')).toMatch(/^patient-[0-9a-f]{16}$/)
    expect(data.string('x00080060')).toBe('CT')
  })

  it('never break off with anything but a clear error, however a file is damaged', () => {
    const bytes = namedDicom()
    fc.assert(
      fc.property(
        fc.integer({ min: 132, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 255 }),
        (at, byte) => {
          const damaged = Buffer.from(bytes)
          damaged[at] = byte
          try {
            deidentifyDicom(damaged, 'file', options)
            return true
          } catch (error) {
            return isAppError(error)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
