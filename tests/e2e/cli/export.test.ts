import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { boxOfMask } from '../../../src/core/imaging/box'
import { numbersOf } from '../../../src/core/imaging/picture'
import type { Tensor } from '../../../src/core/tensor/tensor'
import { tensor } from '../../../src/core/tensor/tensor'
import { readImageFile } from '../../../src/main/codecs'
import {
  batchedImages,
  floatsOf,
  promptFeeds,
  runExported,
} from '../../unit/core/models/export/exported-session'
import { eventsIn, runCli, sample } from './run-cli'

const slice = '427_HC.png'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slicetune export 头 '))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function bytesOf(file: string): Promise<{ height: number; width: number; values: Uint8Array }> {
  const { pixels: image } = await readImageFile(file, 'image')
  const [height = 0, width = 0] = image.shape
  return { height, width, values: Uint8Array.from(numbersOf(image)) }
}

/** A grey picture as [height, width, 3] bytes. */
async function colourPicture(): Promise<Tensor<'uint8'>> {
  const { height, width, values } = await bytesOf(join(sample, 'val/images', slice))
  const grey = values.length === height * width
  const colours = grey
    ? Uint8Array.from({ length: 3 * values.length }, (_, at) => values[Math.floor(at / 3)] ?? 0)
    : values
  return tensor('uint8', [height, width, 3], colours)
}

describe.each(['efficientsam-ti-medical', 'medsam-lite'])('models export %s', id => {
  test('writes files with which ONNX Runtime gives the mask that predict gives', async () => {
    const reference = await bytesOf(join(sample, 'val/masks', slice))
    const truth = reference.values.map(value => Number(value > 0))
    const box = boxOfMask(truth, reference.height, reference.width)
    if (!box) throw new Error('the reference slice shows a head')
    const { x0, y0, x1, y1 } = box
    const boxes = join(folder, 'boxes.csv')
    writeFileSync(boxes, `image,x0,y0,x1,y1\n${slice},${x0},${y0},${x1},${y1}\n`)
    const [out, masks] = [join(folder, id), join(folder, `${id}-masks`)]

    const exported = await runCli(['models', 'export', id, '--out', out, '--json'])
    const images = join(sample, 'val/images')
    await runCli(['predict', '--images', images, '--boxes', boxes, '--model', id, '--out', masks, '--json'])
    const outputs = await runExported(await readFile(join(out, `${id}.onnx`)), {
      batched_images: batchedImages(await colourPicture()),
      ...promptFeeds([{ points: [[x0, y0], [x1, y1]], labels: [2, 3] }]), // prettier-ignore
    })

    const files = [
      ...[`${id}.onnx`, `${id}_encoder.onnx`, `${id}_decoder.onnx`, `${id}.pth`, `${id}.safetensors`],
      ...[`${id}_xanylabeling_encoder.onnx`, `${id}_xanylabeling_decoder.onnx`, `${id}_xanylabeling.yaml`],
    ]
    expect(exported.code).toBe(0)
    expect(eventsIn(exported.stdout).at(-1)).toMatchObject({ event: 'report', command: 'models', id })
    expect(readdirSync(out).sort()).toEqual(files.sort())
    const ours = await bytesOf(join(masks, slice))
    const logits = floatsOf(outputs['output_masks'])
    const area = reference.height * reference.width
    const different = ours.values.filter((value, at) => value > 0 !== (logits[at] ?? NaN) >= 0)
    expect(ours.values.some(value => value > 0)).toBe(true)
    expect(logits.length).toBeGreaterThanOrEqual(area)
    expect(different).toHaveLength(0)
  })
})

test('models export replaces nothing unasked, and then writes nothing', async () => {
  const out = join(folder, 'twice')
  const run = (...more: string[]) =>
    runCli(['models', 'export', 'medsam-lite', '--out', out, '--json', ...more])
  await run('--format', 'pth')
  const { mtimeMs } = statSync(join(out, 'medsam-lite.pth'))

  const again = await run('--format', 'safetensors,pth')

  expect(again.code).toBe(3)
  expect(eventsIn(again.stdout).at(-1)).toMatchObject({ event: 'error', code: 'FILES_EXIST' })
  expect(readdirSync(out)).toEqual(['medsam-lite.pth'])
  expect(statSync(join(out, 'medsam-lite.pth')).mtimeMs).toBe(mtimeMs)
  expect((await run('--format', 'safetensors,pth', '--force')).code).toBe(0)
})

test('models export names the formats where one is misspelt', async () => {
  const wrong = await runCli(['models', 'export', 'medsam-lite', '--out', folder, '--format', 'onnx,tflite'])

  expect(wrong.code).toBe(2)
  expect(wrong.stderr).toContain('"tflite" is none of them')
})
