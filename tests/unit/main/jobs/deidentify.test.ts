import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { deidentify } from '../../../../src/main/jobs/deidentify'
import type { DeidentifyOptions } from '../../../../src/shared/commands/privacy'
import type { JobEvent } from '../../../../src/shared/domain/events'
import { StopFlag } from '../../../../src/main/workers/stop-flag'
import { isAppError } from '../../../../src/shared/errors'
import { folderWith } from '../support/folders'
import { namedDicom, namedWords } from '../support/named-dicom'

const stop = new StopFlag()

async function run(
  options: Partial<DeidentifyOptions>,
): Promise<{ events: JobEvent[]; code: string | null }> {
  const events: JobEvent[] = []
  try {
    for await (const event of deidentify({ from: '', out: '', keepDates: false, ...options }, { stop }))
      events.push(event)
    return { events, code: null }
  } catch (error) {
    if (!isAppError(error)) throw error
    return { events, code: error.code }
  }
}

/** Two slices, an ultrasound image, a broken file and a note, in folders that bear the name. */
function source(): string {
  const folder = join(folderWith({}), 'scans')
  mkdirSync(join(folder, 'ct'), { recursive: true })
  for (const index of [0, 1])
    writeFileSync(join(folder, 'ct', `finnegan-${index}.dcm`), namedDicom({ index }))
  writeFileSync(join(folder, 'us'), namedDicom({ modality: 'US' }))
  writeFileSync(join(folder, 'broken.dcm'), namedDicom().subarray(0, 140))
  writeFileSync(join(folder, 'note.txt'), 'of Finnegan')
  return folder
}

const everything = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => {
      const file = join(folder, name)
      return name + (statSync(file).isFile() ? readFileSync(file).toString('latin1') : '')
    })
    .join('\n')
    .toLowerCase()

describe('slicetune deidentify', () => {
  it('copies what can be read, and reports it without one word of a patient', async () => {
    const [from, out] = [source(), join(folderWith({}), 'out')]
    const before = everything(from)
    const { events, code } = await run({ from, out })
    expect(code).toBe('ITEMS_REFUSED')
    expect(events.at(-1)).toMatchObject({ event: 'report', files: 3, mayShowNames: 1, others: 1, refused: 1 })
    const text = everything(out)
    for (const word of namedWords) expect(text).not.toContain(word.toLowerCase())
    expect(everything(from)).toBe(before)
    const report = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
      files: { file: string; removed: string[]; remapped: string[]; left: string[] }[]
      attributes: { tag: string; keyword: string | null; times: Record<string, number> }[]
    }
    expect(report.files).toHaveLength(3)
    for (const { file } of report.files) expect(statSync(join(out, file)).isFile()).toBe(true)
    expect(new Set(report.files.map(({ file }) => file.split('/')[0]))).toHaveLength(1)
    expect(report.files[0]?.removed).toEqual(expect.arrayContaining(['(0009,private)', '(0010,1001)']))
    expect(report.files[0]?.remapped).toEqual(['(0008,0018)', '(0020,000e)'])
    expect(report.attributes).toContainEqual({
      ...{ tag: '(0010,0010)', keyword: 'PatientName' },
      times: { emptied: 6 },
    })
  })

  it('writes the report as a table where its name says so', async () => {
    const [from, out] = [source(), join(folderWith({}), 'out')]
    const report = join(folderWith({}), 'removed.csv')
    await run({ from, out, report })
    const lines = readFileSync(report, 'utf8').trim().split('\r\n')
    expect(lines[0]).toBe('file,sha256,pixels_may_show_names,removed,emptied,replaced,remapped,left')
    expect(lines).toHaveLength(4)
  })

  it('never writes among files that are there already', async () => {
    const from = source()
    expect((await run({ from, out: from })).code).toBe('FILES_EXIST')
    expect((await run({ from: join(from, 'none'), out: join(from, 'new') })).code).toBe('FOLDER_NOT_FOUND')
  })
})
