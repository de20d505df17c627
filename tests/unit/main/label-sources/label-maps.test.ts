import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { readLabels } from './read-labels'

/** As 3D Slicer writes it. */
function segNrrd(fields: readonly string[], body: Uint8Array, { layers = 1 } = {}): Buffer {
  const list = layers > 1
  const head = [
    'NRRD0004',
    'type: unsigned char',
    `dimension: ${list ? 4 : 3}`,
    'space: left-posterior-superior',
    `sizes: ${list ? `${layers} ` : ''}2 2 1`,
    `space directions: ${list ? 'none ' : ''}(1,0,0) (0,1,0) (0,0,3)`,
    `kinds: ${list ? 'list ' : ''}domain domain domain`,
    'encoding: gzip',
    'space origin: (10,20,30)',
    ...fields,
    '',
    '',
  ]
  return Buffer.concat([Buffer.from(head.join('\n')), gzipSync(body)])
}

describe('a segmentation of 3D Slicer', () => {
  test('names and colours the values of its label map', async () => {
    const bytes = segNrrd(
      [
        'Segment0_ID:=Segment_1',
        'Segment0_Name:=Leber größer',
        'Segment0_LabelValue:=3',
        'Segment0_Color:=1 0.5 0',
      ],
      Uint8Array.from([0, 3, 3, 0]),
    )

    const { layers } = await readLabels(bytes, 'a.seg.nrrd', 'grid')

    expect(layers.map(({ names }) => [...names.values()])).toEqual([
      [{ name: 'Leber größer', value: 3, colour: [255, 128, 0] }],
    ])
    expect([...(layers[0]?.labels.pixels.data ?? [])]).toEqual([0, 3, 3, 0])
    expect(layers[0]?.labels.affine?.map(row => row[3])).toEqual([-10, -20, 30, 1])
  })

  test('has a layer for segments that overlap', async () => {
    const bytes = segNrrd(
      [
        ...['Segment0_ID:=a', 'Segment0_Name:=A', 'Segment0_LabelValue:=1', 'Segment0_Layer:=0'],
        ...['Segment1_ID:=b', 'Segment1_Name:=B', 'Segment1_LabelValue:=1', 'Segment1_Layer:=1'],
      ],
      Uint8Array.from([1, 0, 1, 1, 0, 1, 0, 0]),
      { layers: 2 },
    )

    const { layers } = await readLabels(bytes, 'a.seg.nrrd', 'grid')

    expect(layers.map(({ labels, names }) => [[...labels.pixels.data], names.get(1)?.name])).toEqual([
      [[1, 1, 0, 0], 'A'],
      [[0, 1, 1, 0], 'B'],
    ])
  })
})

describe('names of labels', () => {
  test("come from ITK-SNAP's description", async () => {
    const text = `################
# ITK-SnAP Label Description File
# File format:
# IDX   -R-  -G-  -B-  -A--  VIS MSH  LABEL
################
    0     0    0    0        0  0  0    "Clear Label"
    1   255    0    0        1  1  1    "Left kidney"
    7     0  128  255      0.5  0  1    "Cyst"
`
    const { names } = await readLabels(text, 'labels.txt', 'names')

    expect([...names.values()].slice(1)).toEqual([
      { name: 'Left kidney', value: 1, colour: [255, 0, 0] },
      { name: 'Cyst', value: 7, colour: [0, 128, 255] },
    ])
  })

  test('of ITK-SNAP that are cut off are damaged', async () => {
    const text = '1 255 0 0 1 1 1 "Left kidney"\n2 0 255 0 1 1 1 "Ri'

    await expect(readLabels(text, 'l.txt', 'names')).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  test.each([
    ['nnU-Net', { channel_names: { 0: 'CT' }, labels: { background: 0, liver: 1, all: [1, 2], tumour: 2 } }],
    ['the Decathlon', { modality: { 0: 'CT' }, labels: { 0: 'background', 1: 'liver', 2: 'tumour' } }],
  ])('come from the dataset.json of %s', async (_, content) => {
    const { names } = await readLabels(JSON.stringify(content), 'dataset.json', 'names')

    expect([...names.values()].map(({ name, value }) => [value, name])).toEqual([
      [1, 'liver'],
      [2, 'tumour'],
    ])
  })
})

describe('a picture whose values are not exact', () => {
  test('is refused with what to do', async () => {
    const jpeg = Uint8Array.from([
      0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0,
    ])

    await expect(readLabels(jpeg, 'a.jpg', 'grid')).rejects.toThrow('save them as PNG')
  })
})
