import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readTrainingCheckpoint, writeTrainingCheckpoint } from '../../../../src/core/checkpoint'
import { exportModel } from '../../../../src/main/commands/export-model'
import type { ExportOptions } from '../../../../src/shared/commands/models'
import { exportFormats } from '../../../../src/shared/commands/models'
import type { JobEvent } from '../../../../src/shared/domain/events'
import { JobEvent as JobEventSchema } from '../../../../src/shared/domain/events'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'

const pico = formulaStateDict('pico')
const small = { ...officialPreprocessing, resolution: 64 }

let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slicetune-export-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

function checkpoint(name: string, extra: Record<string, string | number> = {}): string {
  const file = join(home, name)
  const momentum = { step: 3, expAvg: firstBias, expAvgSq: firstBias }
  const bytes = writeTrainingCheckpoint({
    ...{ model: pico, epoch: 4, loss: 0.5, bestLoss: 0.25, preprocessing: small, extra },
    beside: new Map([
      ['slicetune.negative_click.weight', negative],
      ['slicetune.moments.first.slicetune.negative_click.weight', negative],
      ['slicetune.moments.second.slicetune.negative_click.weight', negative],
    ]),
    optimizer: { state: new Map([[2, momentum]]), paramGroups: [] },
  })
  writeFileSync(file, bytes)
  return file
}
const negative = { dtype: 'float32', shape: [1, 16], data: new Float32Array(16).fill(0.5) } as const
const firstBias = pico.get('image_encoder.patch_embed.proj.bias')!

async function run(options: Partial<ExportOptions> & { model: string }): Promise<JobEvent[]> {
  const given = { out: join(home, 'out'), format: exportFormats.join(','), force: false, ...options }
  const bundled = fileURLToPath(new URL('../../../../weights', import.meta.url))
  const folders = { bundled, user: join(home, 'models') }
  const events: JobEvent[] = []
  for await (const event of exportModel(given, { folders })) events.push(JobEventSchema.parse(event))
  return events
}

describe('models export', () => {
  it('writes each file that other programs load, and says which', async () => {
    const events = await run({ model: checkpoint('Kopf, neu.pth'), format: 'onnx,pth,safetensors' })

    const names = [
      'Kopf-neu.onnx',
      'Kopf-neu_encoder.onnx',
      'Kopf-neu_decoder.onnx',
      'Kopf-neu.pth',
      'Kopf-neu.safetensors',
    ]
    expect(readdirSync(join(home, 'out')).sort()).toEqual([...names].sort())
    expect(events.at(-1)).toEqual({
      ...{ event: 'report', command: 'models', id: 'Kopf-neu' },
      files: names.map(name => join(home, 'out', name)),
    })
  })

  it('leaves out optimiser, epoch and losses, and keeps the rest of a checkpoint', async () => {
    await run({
      model: checkpoint('a.pth', { knowsClicks: 1, state: 'of the training' }),
      format: 'pth,safetensors',
    })

    for (const name of ['a.pth', 'a.safetensors']) {
      const read = readTrainingCheckpoint(readFileSync(join(home, 'out', name)), name)
      expect(new Map(read.model)).toEqual(new Map(pico))
      expect([...read.beside]).toEqual([['slicetune.negative_click.weight', negative]])
      expect(read).toMatchObject({ epoch: null, optimizer: null, loss: null, bestLoss: null })
      expect(read.preprocessing).toEqual(small)
      expect(read.extra).toEqual({ knowsClicks: 1, encoderHeads: 1, decoderHeads: 8 })
    }
  })

  it('names the best checkpoint of a run after the run', async () => {
    const model = checkpoint('medsam_lite_best.pth')

    const events = await run({ model, format: 'pth' })

    expect(events.at(-1)).toMatchObject({ id: home.split(/[\\/]/).at(-1) })
  })

  it('never replaces a file unasked, and then writes nothing at all', async () => {
    const model = checkpoint('a.pth')
    await run({ model, format: 'pth' })

    await expect(run({ model, format: 'safetensors,pth' })).rejects.toMatchObject({
      code: 'FILES_EXIST',
      data: { file: join(home, 'out', 'a.pth') },
    })

    expect(readdirSync(join(home, 'out'))).toEqual(['a.pth'])
    await run({ model, format: 'safetensors,pth', force: true })
    expect(readdirSync(join(home, 'out'))).toHaveLength(2)
  })

  it('says what X-AnyLabeling cannot take, and how the official code would prepare pictures', async () => {
    const events = await run({ model: checkpoint('a.pth'), format: 'x-anylabeling,pth' })

    const messages = events.flatMap(event => (event.event === 'notice' ? [event.message] : []))
    expect(messages).toEqual([
      expect.stringContaining('heads'),
      expect.stringMatching(/^No files for X-AnyLabeling/),
      expect.stringContaining('this model wants 64 pixels, stretch, unit'),
    ])
    expect(readdirSync(join(home, 'out'))).toEqual(['a.pth'])
  })

  it('writes settings for X-AnyLabeling that name their own files', async () => {
    await run({ model: 'medsam-lite', format: 'x-anylabeling' })

    const folder = join(home, 'out')
    const text = readFileSync(join(folder, 'medsam-lite_xanylabeling.yaml'), 'utf8')
    const fields = Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map(line => line.split(': ') as [string, string]),
    )
    expect(fields).toMatchObject({ type: 'efficientvit_sam', name: 'medsam-lite', target_size: '1024' })
    expect(readdirSync(folder).sort()).toEqual(
      [fields['decoder_model_path'], fields['encoder_model_path'], 'medsam-lite_xanylabeling.yaml'].sort(),
    )
  })
})
