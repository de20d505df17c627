import { createHash } from 'node:crypto'
import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { writeTrainingCheckpoint } from '../../../../src/core/checkpoint/index'
import { efficientSamMismatch } from '../../../../src/core/models/efficient-sam/shapes'
import { modelFolders } from '../../../../src/main/files/model-folders'
import { listModels, loadModelWeights, resolveModel } from '../../../../src/main/files/weights'
import { readManifest } from '../../../../src/main/files/weights-manifest'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const fixtures = join(root, 'tests/fixtures/6-checkpoint')

let home = ''
let folders = { bundled: '', user: '' }
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'slicetune-home-'))
  folders = modelFolders(root, { SLICETUNE_HOME: home })
  await mkdir(folders.user, { recursive: true })
})
afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

describe('the weights manifest', () => {
  it('tells the truth about every bundled file', async () => {
    for (const { bundled, card } of await readManifest(join(root, 'weights'))) {
      if (!bundled) continue
      const bytes = await readFile(join(root, 'weights', bundled.file))
      expect(bytes.length).toBe(bundled.bytes)
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(bundled.sha256)
      expect(bytes.length).toBeLessThan(21_000_000)
      expect((await stat(join(root, 'weights', card ?? ''))).isFile()).toBe(true)
    }
  })

  it('names the official files by commit and git blob', async () => {
    const downloads = (await readManifest(join(root, 'weights'))).flatMap(({ id, download }) =>
      download ? [[id, download.path, download.gitBlob]] : [],
    )

    expect(downloads).toEqual([
      ['efficientsam-ti', 'weights/efficient_sam_vitt.pt', 'af883c49e33c68f01107be52df0ecad26a48355f'],
      ['efficientsam-s', 'weights/efficient_sam_vits.pt.zip', 'fa4e9f05f753e109dbde052f97d37903b833cf53'],
    ])
  })
})

describe('model weights', () => {
  it('of the bundled base are a whole EfficientSAM-Ti with their own preprocessing', async () => {
    const model = await loadModelWeights('efficientsam-ti-medical', folders)

    expect(model).toMatchObject({ family: 'efficient-sam', notes: [], extra: {} })
    expect(model.preprocessing).toEqual({ ...officialPreprocessing, resolution: 256, intensity: 'minmax' })
    expect([...model.weights.keys()]).toEqual([...formulaStateDict('ti').keys()])
    expect(efficientSamMismatch(model.weights)).toBeNull()
  })

  it('that were changed on disk are refused', async () => {
    const bundled = join(home, 'weights')
    await cp(folders.bundled, bundled, { recursive: true })
    const file = join(bundled, 'efficientsam-ti-medical', 'efficientsam_ti_medical_fp16.safetensors')
    const bytes = await readFile(file)
    bytes[bytes.length - 1] = 1 ^ (bytes.at(-1) ?? 0)
    await writeFile(file, bytes)

    await expect(loadModelWeights('efficientsam-ti-medical', { ...folders, bundled })).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
      data: { file, reason: expect.stringContaining('checksum') as string },
    })
  })

  it('are found by path as well, and say what they do not know', async () => {
    const file = join(fixtures, 'official_style_zip.pt')

    const model = await loadModelWeights(file, folders)

    expect(model).toMatchObject({
      id: file,
      file,
      family: 'efficient-sam',
      preprocessing: officialPreprocessing,
    })
    expect(model.notes).toEqual([
      expect.stringMatching(/does not say how its slices were prepared.*1024 pixels/),
    ])
  })

  it('of a run bring their preprocessing and run data', async () => {
    const file = join(home, 'medsam_lite_best.pth')
    const preprocessing = { ...officialPreprocessing, resolution: 128, fit: 'pad' as const }
    const rest = {
      epoch: 4,
      optimizer: null,
      loss: 0.5,
      bestLoss: 0.4,
      preprocessing,
      extra: { bestDice: 0.9 },
    }
    await writeFile(file, writeTrainingCheckpoint({ model: formulaStateDict('pico'), ...rest }))

    expect(await loadModelWeights(file, folders)).toMatchObject({
      preprocessing,
      extra: { bestDice: 0.9 },
      notes: [],
    })
  })

  it.each([
    ['efficientsam-s', 'WEIGHTS_NOT_FOUND', /slicetune models download efficientsam-s/],
    [
      'efficientsam-xxl',
      'UNKNOWN_MODEL',
      /efficientsam-ti-medical, efficientsam-ti, efficientsam-s, medsam-lite/,
    ],
    ['nowhere/model.pth', 'FILE_NOT_FOUND', /nowhere\/model\.pth does not exist/],
    ['model.pth', 'FILE_NOT_FOUND', /model\.pth does not exist/],
    [join(fixtures, 'tiny_zip.pt'), 'NOT_A_CHECKPOINT', /tiny_zip\.pt is not a checkpoint/],
    [join(fixtures, 'multi_gpu_numpy_scalar_zip.pth'), 'WRONG_CHECKPOINT', /multi_gpu_numpy_scalar_zip\.pth/],
    [join(fixtures, 'evil_os_system_zip.pt'), 'UNSAFE_PICKLE', /asks to run code/],
  ])('%s: %s', async (model, code, message) => {
    const loading = loadModelWeights(model, folders)

    await expect(loading).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string })
  })

  it('of the user stand in the list and go by their name', async () => {
    await cp(join(fixtures, 'official_style_zip.pt'), join(folders.user, 'mine.pt'))
    await writeFile(join(folders.user, 'efficientsam-ti.part'), 'half')

    const models = await listModels(folders)

    expect(models.map(({ id, file }) => [id, file !== null])).toEqual([
      ['efficientsam-ti-medical', true],
      ['efficientsam-ti', false],
      ['efficientsam-s', false],
      ['medsam-lite', true],
      ['mine', true],
    ])
    expect(await resolveModel('mine', folders)).toEqual({
      id: 'mine',
      file: join(folders.user, 'mine.pt'),
      manifest: null,
    })
  })
})

describe('the user’s folder', () => {
  it('is SLICETUNE_HOME where that is set, and else where the system keeps such data', () => {
    expect(modelFolders('/app', { SLICETUNE_HOME: '/h' }).user).toBe(join('/h', 'models'))
    const own = modelFolders('/app', { XDG_DATA_HOME: '/x', APPDATA: '/x' }).user
    if (process.platform === 'linux') expect(own).toBe('/x/slicetune/models')
    expect(own).toMatch(/slicetune.models$/i)
  })
})
