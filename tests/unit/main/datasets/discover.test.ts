import { symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writeNpy } from '../../../../src/main/codecs'
import { discoverDataset } from '../../../../src/main/datasets'
import { emptyPng, imagePng, maskPng, niftiVolume, temporaryFolder } from '../slice-files'

const image = imagePng()
const mask = maskPng()

/** Labels in the planes 2 and 3 of the third axis, in column x = 1. */
const volume = (): Uint8Array => gzipSync(niftiVolume([4, 5, 6], (x, y, z) => x + y + z))
const labelVolume = (): Uint8Array =>
  gzipSync(niftiVolume([4, 5, 6], (x, _y, z) => (x === 1 && (z === 2 || z === 3) ? 2 : 0)))

describe('finding slices', () => {
  it('reads images and masks inside train and val', async () => {
    const folder = temporaryFolder({
      'train/images/b.png': image,
      'train/masks/b.png': mask,
      'train/images/a.png': image,
      'train/masks/a.png': mask,
      'val/images/c.png': image,
      'val/masks/c.png': mask,
    })

    const dataset = await discoverDataset(folder)

    expect(dataset.hasSplit).toBe(true)
    expect(dataset.skipped).toEqual([])
    expect(dataset.slices.map(({ id, name, split }) => [id, name, split])).toEqual([
      ['train/images/a.png', 'a', 'train'],
      ['train/images/b.png', 'b', 'train'],
      ['val/images/c.png', 'c', 'val'],
    ])
    expect(dataset.slices[0]).toMatchObject({
      imageFile: join(folder, 'train/images/a.png'),
      maskFile: join(folder, 'train/masks/a.png'),
      sliceIndex: null,
    })
  })

  it('reads the folders of the original script', async () => {
    const array = writeNpy(tensor('uint8', [4, 4, 3], new Uint8Array(48)))
    const labels = writeNpy(tensor('uint16', [4, 4], new Uint16Array(16).fill(300)))
    const folder = temporaryFolder({ 'imgs/x-001.npy': array, 'gts/x-001.npy': labels })

    const { slices, hasSplit } = await discoverDataset(folder)

    expect(slices).toMatchObject([{ name: 'x-001', split: null }])
    expect(hasSplit).toBe(false)
  })

  it('reads train and val inside images and masks, and files at the top at the same time', async () => {
    const folder = temporaryFolder({
      'images/top.png': image,
      'masks/top.png': mask,
      'images/train/a.png': image,
      'masks/train/a.png': mask,
      'images/val/a.png': image,
      'masks/val/a.png': mask,
    })

    const { slices } = await discoverDataset(folder)

    expect(slices.map(({ id, split }) => [id, split])).toEqual([
      ['images/top.png', null],
      ['images/train/a.png', 'train'],
      ['images/val/a.png', 'val'],
    ])
  })

  it('tells masks by their suffix where they lie beside the images', async () => {
    const folder = temporaryFolder({
      'train/1_HC.png': image,
      'train/1_HC_Annotation.png': mask,
      'val/2_HC.png': image,
      'val/2_HC_mask.png': mask,
    })

    const { slices, skipped } = await discoverDataset(folder)

    expect(slices.map(({ maskFile }) => basename(maskFile))).toEqual(['1_HC_Annotation.png', '2_HC_mask.png'])
    expect(skipped).toEqual([])
  })

  it('ignores the suffixes _mask, _label, _seg and _Annotation, and prefers the whole name', async () => {
    const names = { a: 'a_mask', b: 'b_label', c: 'c_seg', d: 'd_Annotation', e_seg: 'e_seg', f: 'f' }
    const folder = temporaryFolder(
      Object.fromEntries(
        Object.entries(names).flatMap(([stem, other]) => [
          [`images/${stem}.png`, image],
          [`masks/${other}.png`, mask],
        ]),
      ),
    )

    const { slices } = await discoverDataset(folder)

    expect(Object.fromEntries(slices.map(slice => [slice.name, basename(slice.maskFile, '.png')]))).toEqual(
      names,
    )
  })

  it('reports whatever has no partner, is no format of ours or is a second owner of a mask', async () => {
    const folder = temporaryFolder({
      'images/alone.png': image,
      'masks/orphan.png': mask,
      'images/photo.bmp': 'x',
      'images/twice.npy': 'x',
      'images/twice.png': image,
      'masks/twice.png': mask,
      'images/.DS_Store': 'x',
      'images/LICENCE.md': 'x',
    })
    symlinkSync(join(folder, 'gone.png'), join(folder, 'images/broken.png'))

    const { slices, skipped } = await discoverDataset(folder)

    expect(slices.map(slice => slice.name)).toEqual(['twice'])
    expect(skipped.map(({ file, code }) => [basename(file), code]).sort()).toEqual([
      ['alone.png', 'UNUSABLE_SLICE'],
      ['broken.png', 'UNUSABLE_SLICE'],
      ['orphan.png', 'UNUSABLE_SLICE'],
      ['photo.bmp', 'UNKNOWN_FORMAT'],
      ['twice.png', 'UNUSABLE_SLICE'],
    ])
    expect(skipped.find(({ file }) => file.endsWith('alone.png'))?.message).toMatch(
      /no mask of the same name/,
    )
  })

  it('says what is missing in a folder without slices, and that a folder is missing', async () => {
    const folder = temporaryFolder({ 'notes.txt': 'x' })

    await expect(discoverDataset(folder)).rejects.toMatchObject({ code: 'NOT_A_DATASET' })
    await expect(discoverDataset(join(folder, 'none'))).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' })
  })
})

describe('volumes', () => {
  it('are cut along the third axis, without the planes that hold no label', async () => {
    const folder = temporaryFolder({ 'images/v_1.nii.gz': volume(), 'masks/v_1_seg.nii.gz': labelVolume() })

    const { slices, notes } = await discoverDataset(folder)

    expect(
      slices.map(({ id, name, group, sliceIndex, axis }) => [id, name, group, sliceIndex, axis]),
    ).toEqual([
      ['images/v_1.nii.gz#2', 'v_1-002', 'v_1', 2, 2],
      ['images/v_1.nii.gz#3', 'v_1-003', 'v_1', 3, 2],
    ])
    expect(notes).toEqual(['1 volume: 4 of 6 planes hold no label and are not used.'])
  })

  it('are spoken of in one sentence, however many there are', async () => {
    const images = ['a', 'b', 'c'].map(name => [`images/${name}.nii.gz`, volume()] as const)
    const masks = ['a', 'b', 'c'].map(name => [`masks/${name}.nii.gz`, labelVolume()] as const)

    const { notes } = await discoverDataset(temporaryFolder(Object.fromEntries([...images, ...masks])))

    expect(notes).toEqual(['3 volumes: 12 of 18 planes hold no label and are not used.'])
  })

  it('are cut along another axis on demand', async () => {
    const folder = temporaryFolder({ 'images/v.nii.gz': volume(), 'masks/v.nii.gz': labelVolume() })

    const { slices } = await discoverDataset(folder, { axis: 0 })

    expect(slices.map(({ sliceIndex, axis }) => [sliceIndex, axis])).toEqual([[1, 0]])
  })

  it('are left out one by one: without a label, of another size, damaged', async () => {
    const folder = temporaryFolder({
      'images/empty.nii.gz': volume(),
      'masks/empty.nii.gz': gzipSync(niftiVolume([4, 5, 6], () => 0)),
      'images/size.nii.gz': volume(),
      'masks/size.nii.gz': gzipSync(niftiVolume([4, 5, 7], () => 1)),
      'images/cut.nii.gz': volume(),
      'masks/cut.nii.gz': labelVolume().subarray(0, 50),
      'images/flat.nii.gz': volume(),
      'masks/flat.png': mask,
      'images/good.nii.gz': volume(),
      'masks/good.nii.gz': labelVolume(),
    })

    const { slices, skipped } = await discoverDataset(folder)

    expect(new Set(slices.map(slice => slice.group))).toEqual(new Set(['good']))
    expect(skipped.map(({ file, code }) => [basename(file), code])).toEqual([
      ['cut.nii.gz', 'CORRUPT_FILE'],
      ['empty.nii.gz', 'UNUSABLE_SLICE'],
      ['flat.png', 'UNUSABLE_SLICE'],
      ['size.nii.gz', 'UNUSABLE_SLICE'],
    ])
  })
})

describe('groups', () => {
  const files = {
    'images/p1_a.png': image,
    'images/p1_b.png': image,
    'images/p2_a.png': image,
    'masks/p1_a.png': mask,
    'masks/p1_b.png': mask,
    'masks/p2_a.png': mask,
  }

  it('are one per image, said aloud, when nobody says otherwise', async () => {
    const { slices, notes, groupNotes } = await discoverDataset(temporaryFolder(files))

    expect(notes).toEqual([])
    expect(new Set(slices.map(slice => slice.group)).size).toBe(3)
    expect(groupNotes.join()).toMatch(/3 images .* own patient\. Pass --group/)
  })

  it('come from the first capture of an expression, or its whole match', async () => {
    const folder = temporaryFolder(files)

    expect((await discoverDataset(folder, { group: '^(p\\d)_' })).slices.map(slice => slice.group)).toEqual([
      'p1',
      'p1',
      'p2',
    ])
    expect((await discoverDataset(folder, { group: '^p\\d' })).slices.map(slice => slice.group)).toEqual([
      'p1',
      'p1',
      'p2',
    ])
    const partly = await discoverDataset(folder, { group: '^(p1)_' })
    expect(partly.groupNotes.join()).toMatch(/1 image matches no group and is taken as its own patient/)
    await expect(discoverDataset(folder, { group: '(' })).rejects.toMatchObject({ code: 'USAGE' })
  })

  it('come from a table, with or without the extension, and quoted cells', async () => {
    const table = 'filename,patient\r\np1_a.png,"Doe, J"\r\np1_b,"Doe, J"\r\np2_a.png,Roe\r\n'
    const folder = temporaryFolder({ ...files, 'groups.csv': table, 'empty.csv': 'filename,patient\n' })

    const { slices } = await discoverDataset(folder, { group: join(folder, 'groups.csv') })

    expect(slices.map(slice => slice.group)).toEqual(['Doe, J', 'Doe, J', 'Roe'])
    await expect(discoverDataset(folder, { group: join(folder, 'empty.csv') })).rejects.toMatchObject({
      code: 'USAGE',
    })
    await expect(discoverDataset(folder, { group: join(folder, 'no.csv') })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    })
  })

  it('in both train and val are reported', async () => {
    const folder = temporaryFolder({
      'train/images/v.nii.gz': volume(),
      'train/masks/v.nii.gz': labelVolume(),
      'val/images/v.nii.gz': volume(),
      'val/masks/v.nii.gz': labelVolume(),
    })

    expect((await discoverDataset(folder)).groupNotes.join()).toMatch(
      /1 group is in both train and val \(v\)/,
    )
  })
})

describe('pixel sizes', () => {
  it('come from a table beside the images', async () => {
    const folder = temporaryFolder({
      'train/images/1_HC.png': image,
      'train/masks/1_HC.png': mask,
      'train/images/2_HC.png': image,
      'train/masks/2_HC.png': mask,
      'train/pixel_size_and_HC.csv':
        'filename,pixel size(mm),head circumference (mm)\n1_HC.png,0.069,44.3\n2_HC.png,-1,50\n',
    })

    const { slices } = await discoverDataset(folder)

    expect(slices.map(slice => slice.spacingMm)).toEqual([{ y: 0.069, x: 0.069 }, null])
  })

  it('may differ between the axes', async () => {
    const folder = temporaryFolder({
      'images/a.png': image,
      'masks/a.png': emptyPng(),
      'images/sizes.csv': 'file,spacing_y,spacing_x\na.png,0.5,0.25\n',
    })

    expect((await discoverDataset(folder)).slices[0]?.spacingMm).toEqual({ y: 0.5, x: 0.25 })
  })
})
