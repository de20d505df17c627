import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTrainingCheckpoint, writeTrainingCheckpoint } from '../../../../src/core/checkpoint/index'
import { float32 } from '../../../../src/core/tensor/tensor'
import { gitBlobId } from '../../../../src/main/files/git-blob'
import { loadModelWeights } from '../../../../src/main/files/weights'
import type { ManifestModel } from '../../../../src/main/files/weights-manifest'
import { readManifest } from '../../../../src/main/files/weights-manifest'
import { downloadModel, importModel, listModelsJob } from '../../../../src/main/commands/models'
import type { JobEvent } from '../../../../src/shared/domain/events'
import { JobEvent as JobEventSchema } from '../../../../src/shared/domain/events'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'
import type { Answer } from '../files/file-server'
import { answerWith, breakAfter, serve, startFileServer } from '../files/file-server'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const pico = formulaStateDict('pico')
const rest = { epoch: null, optimizer: null, loss: null, bestLoss: null }
const official = writeTrainingCheckpoint({ model: pico, ...rest, preprocessing: null, extra: {} })
const zipped = zipSync({ 'efficient_sam_vits.pt': official })
const source = { repository: 'someone/EfficientSAM', commit: '0'.repeat(40) }

let home = ''
let folders = { bundled: '', user: '' }
let stopServer = async () => {}
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'slicetune-models-'))
  folders = { bundled: join(home, 'weights'), user: join(home, 'user', 'models') }
  await writeManifest(official, zipped)
})
afterEach(async () => {
  await stopServer()
  stopServer = async () => {}
  await rm(home, { recursive: true, force: true })
})

/** The real manifest with small official files in the places of the large ones. */
async function writeManifest(ti: Uint8Array, s: Uint8Array): Promise<void> {
  const models = (await readManifest(join(root, 'weights'))).filter(({ download }) => download)
  const small = models.map((model): ManifestModel => {
    const zip = model.id === 'efficientsam-s'
    const download = { ...source, path: zip ? 'weights/s.pt.zip' : 'weights/ti.pt', zipped: zip }
    return { ...model, download: { ...download, gitBlob: gitBlobId(zip ? s : ti) } }
  })
  await mkdir(folders.bundled, { recursive: true })
  await writeFile(join(folders.bundled, 'manifest.json'), JSON.stringify({ models: small }))
}

async function listen(...answers: Answer[]) {
  const server = await startFileServer(...answers)
  stopServer = server.stop
  return { ...server, baseUrl: server.url }
}

async function eventsOf(job: AsyncIterable<JobEvent>): Promise<JobEvent[]> {
  const events: JobEvent[] = []
  for await (const event of job) events.push(JobEventSchema.parse(event))
  return events
}
const userFiles = () => readdir(folders.user).catch(() => [])

describe('models download', () => {
  it('brings the file of the pinned commit and makes it a model', async () => {
    const { baseUrl, asked } = await listen(serve(official))

    const events = await eventsOf(downloadModel('efficientsam-ti', { folders, baseUrl }))

    expect(asked.map(({ path }) => path)).toEqual([`/someone/EfficientSAM/${source.commit}/weights/ti.pt`])
    expect(events.filter(({ event }) => event === 'progress').at(-1)).toMatchObject({
      done: official.length,
      total: official.length,
    })
    expect(events.at(-1)).toMatchObject({ event: 'report', command: 'models', id: 'efficientsam-ti' })
    expect(await userFiles()).toEqual(['efficientsam-ti.pt'])
    const model = await loadModelWeights('efficientsam-ti', folders)
    expect(model.weights).toEqual(pico)
    expect(model).toMatchObject({ preprocessing: officialPreprocessing, notes: [] })
  })

  it('unpacks the zip around the S weights', async () => {
    const { baseUrl } = await listen(serve(zipped))

    await eventsOf(downloadModel('efficientsam-s', { folders, baseUrl }))

    expect(await userFiles()).toEqual(['efficientsam-s.pt'])
    expect(new Uint8Array(await readFile(join(folders.user, 'efficientsam-s.pt')))).toEqual(official)
  })

  it('never leaves a half file under the final name, and goes on the next time', async () => {
    const { baseUrl, asked } = await listen(breakAfter(official, 100_000), serve(official))

    await expect(eventsOf(downloadModel('efficientsam-ti', { folders, baseUrl }))).rejects.toMatchObject({
      code: 'DOWNLOAD_FAILED',
    })
    expect(await userFiles()).toEqual(['efficientsam-ti.part'])
    await eventsOf(downloadModel('efficientsam-ti', { folders, baseUrl }))

    expect(asked.map(({ range }) => range)).toEqual([undefined, 'bytes=100000-'])
    expect(await userFiles()).toEqual(['efficientsam-ti.pt'])
  })

  it('does not fetch what is there', async () => {
    const { baseUrl, asked } = await listen(serve(official))
    await eventsOf(downloadModel('efficientsam-ti', { folders, baseUrl }))

    const events = await eventsOf(downloadModel('efficientsam-ti', { folders, baseUrl }))

    expect(asked).toHaveLength(1)
    expect(events).toMatchObject([{ event: 'notice' }, { event: 'report' }])
  })

  it('takes nothing but the file of its authors', async () => {
    const { baseUrl } = await listen(answerWith(200, '<html>log in</html>'))

    await expect(eventsOf(downloadModel('efficientsam-ti', { folders, baseUrl }))).rejects.toThrow(
      /a web page came/,
    )

    expect(await userFiles()).toEqual([])
  })

  it('knows no other models', async () => {
    await expect(eventsOf(downloadModel('sam-huge', { folders }))).rejects.toMatchObject({
      code: 'UNKNOWN_MODEL',
    })
  })
})

describe('models import', () => {
  const put = async (name: string, bytes: Uint8Array) => {
    const file = join(home, name)
    await writeFile(file, bytes)
    return file
  }

  it.each([
    ['efficient_sam_vitt.pt', official, 'efficientsam-ti'],
    ['renamed.zip', zipped, 'efficientsam-s'],
  ])('recognises the official file, whatever its name: %s', async (name, bytes, id) => {
    const file = await put(name, bytes)

    const events = await eventsOf(importModel({ file }, { folders }))

    expect(events.at(-1)).toMatchObject({ event: 'report', id })
    expect((await loadModelWeights(id, folders)).weights).toEqual(pico)
  })

  it('keeps what a tuned checkpoint knows beside its weights', async () => {
    const preprocessing = { ...officialPreprocessing, resolution: 64 }
    const extra = { labels: ['head'] }
    const vector = float32([1, 16], new Float32Array(16).fill(0.5))
    const beside = new Map([
      ['slicetune.negative_click.weight', vector],
      ['slicetune.moments.first.slicetune.negative_click.weight', vector],
    ])
    const file = await put(
      'Kopf, neu.pth',
      writeTrainingCheckpoint({ model: pico, ...rest, beside, preprocessing, extra }),
    )

    const events = await eventsOf(importModel({ file }, { folders }))

    expect(events.at(-1)).toMatchObject({ id: 'Kopf-neu' })
    const model = await loadModelWeights('Kopf-neu', folders)
    expect(model.weights).toEqual(pico)
    expect(model).toMatchObject({ preprocessing, extra, notes: [] })
    // The optimiser's moments are of use to the run alone.
    expect([...model.beside]).toEqual([['slicetune.negative_click.weight', vector]])
  })

  it('says aloud what it assumes about a file that is not the official one', async () => {
    const other = writeTrainingCheckpoint({ model: pico, ...rest, epoch: 7, preprocessing: null, extra: {} })
    const file = await put('other.pth', other)

    const events = await eventsOf(importModel({ file, id: 'mine' }, { folders }))

    expect(events).toMatchObject([
      {
        event: 'notice',
        message: expect.stringContaining('does not say how its slices were prepared') as string,
      },
      { event: 'written' },
      { event: 'report', id: 'mine' },
    ])
    expect(await userFiles()).toEqual(['mine.safetensors'])
  })

  it('takes a MedSAM-Lite, and refuses one that lacks a tensor', async () => {
    const bundled = await readFile(join(root, 'weights/medsam-lite/lite_medsam_fp16.safetensors'))
    const { model } = readTrainingCheckpoint(bundled, 'medsam-lite')
    const lite = (weights: typeof model) =>
      writeTrainingCheckpoint({ model: weights, ...rest, preprocessing: null, extra: {} })
    const file = await put('lite_medsam.pth', lite(model))
    const damaged = await put(
      'damaged.pth',
      lite(new Map([...model].filter(([name]) => name !== 'prompt_encoder.no_mask_embed.weight'))),
    )

    const events = await eventsOf(importModel({ file }, { folders }))

    expect(events).toMatchObject([
      { event: 'notice', message: expect.stringContaining('as the official MedSAM-Lite does') as string },
      { event: 'written' },
      { event: 'report', id: 'lite_medsam' },
    ])
    expect(await loadModelWeights('lite_medsam', folders)).toMatchObject({
      family: 'medsam-lite',
      preprocessing: { resolution: 256, fit: 'pad', intensity: 'minmax' },
    })
    await expect(eventsOf(importModel({ file: damaged }, { folders }))).rejects.toThrow(
      /there is no tensor prompt_encoder\.no_mask_embed\.weight/,
    )
  })

  it('never takes an official name for another file, nor a name twice', async () => {
    const other = writeTrainingCheckpoint({ model: pico, ...rest, epoch: 7, preprocessing: null, extra: {} })
    const file = await put('efficientsam-ti.pth', other)

    for (const input of [
      { file },
      { file, id: 'efficientsam-s' },
      { file, id: '../up' },
      { file, id: '.hidden' },
    ]) {
      await expect(eventsOf(importModel(input, { folders }))).rejects.toMatchObject({ code: 'USAGE' })
    }
    await eventsOf(importModel({ file, id: 'mine' }, { folders }))
    await expect(eventsOf(importModel({ file, id: 'mine' }, { folders }))).rejects.toThrow(
      /already a model mine/,
    )
  })

  it.each([
    ['bad_truncated.pt', 'CORRUPT_FILE'],
    ['evil_eval_zip.pt', 'UNSAFE_PICKLE'],
    ['bad_not_a_checkpoint.pt', 'NOT_A_CHECKPOINT'],
    ['multi_gpu_numpy_scalar_zip.pth', 'WRONG_CHECKPOINT'],
    ['missing.pth', 'FILE_NOT_FOUND'],
  ])('refuses %s and writes nothing', async (name, code) => {
    const file = join(root, 'tests/fixtures/6-checkpoint', name)

    await expect(eventsOf(importModel({ file }, { folders }))).rejects.toMatchObject({ code, data: { file } })

    expect(await userFiles()).toEqual([])
  })
})

describe('models list', () => {
  it('says what is here and what can be fetched', async () => {
    const [report] = await eventsOf(
      listModelsJob({ folders: { ...folders, bundled: join(root, 'weights') } }),
    )

    expect(report).toMatchObject({
      event: 'report',
      command: 'models',
      models: [
        { id: 'efficientsam-ti-medical', available: true, downloadable: false, licence: 'CC-BY-SA-4.0' },
        { id: 'efficientsam-ti', available: false, downloadable: true, bytes: null },
        { id: 'efficientsam-s', available: false, downloadable: true },
        { id: 'medsam-lite', available: true, downloadable: false, licence: 'Apache-2.0' },
      ],
    })
  })
})
