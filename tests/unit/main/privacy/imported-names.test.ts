import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readImageFile } from '../../../../src/main/codecs'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ImportOptions } from '../../../../src/main/projects/import-files'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import type { ImportedItem, ImportEvent } from '../../../../src/shared/contract/imports'
import { folderWith } from '../support/folders'
import { namedDicom, namedWords } from '../support/named-dicom'
import { smallProject } from '../support/small-project'

/** A series of three slices, and an ultrasound image of its own whose file bears the name. */
function patientFolder(): string {
  const folder = folderWith({})
  mkdirSync(join(folder, 'ct'))
  for (const index of [0, 1, 2]) writeFileSync(join(folder, 'ct', `${index}.dcm`), namedDicom({ index }))
  writeFileSync(join(folder, 'Zqxwname Finnegan.dcm'), namedDicom({ modality: 'US', index: 9 }))
  return folder
}

async function importAll(session: ProjectSession, options: ImportOptions): Promise<ImportEvent[]> {
  const events: ImportEvent[] = []
  for await (const event of importFiles(session, options)) events.push(event)
  return events
}

const itemsOf = (events: readonly ImportEvent[]): ImportedItem[] =>
  events.flatMap(event => (event.event === 'item' ? event : []))

/** Every file below a folder, with its name, as text. */
function everything(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => {
      const file = join(folder, name)
      return `${name}\n${statSync(file).isFile() ? readFileSync(file).toString('latin1') : ''}`
    })
    .join('\n')
}

const found = (folder: string): string[] => {
  const text = everything(folder).toLowerCase()
  return namedWords.filter(word => text.includes(word.toLowerCase()))
}

describe('what is copied into a project', () => {
  it('holds no name, number or birthday of a patient anywhere, also not in names of files', async () => {
    const { session, folder } = await smallProject()
    const source = patientFolder()
    const events = await importAll(session, { paths: [source], copy: true })
    expect(itemsOf(events).map(({ outcome }) => outcome)).toEqual(['ready', 'ready'])
    expect(found(source)).toEqual(namedWords)
    expect(found(folder)).toEqual([])
    expect(events.at(-1)).toMatchObject({ event: 'report', slices: 4 })
    const { cleanedTags } = events.at(-1) as Extract<ImportEvent, { event: 'report' }>
    expect(cleanedTags).toBeGreaterThan(40)
  })

  it('shows the same pixels, is known again, and is still of one patient', async () => {
    const { session, folder } = await smallProject()
    const source = patientFolder()
    await importAll(session, { paths: [source], copy: true })
    const volume = session.store.series.list().find(({ kind }) => kind === 'volume')
    expect(volume?.name).toBe('CT-7')
    const { pixels } = await readImageFile(join(folder, volume?.path ?? ''), 'image')
    expect([...pixels.data.slice(16, 20)]).toEqual([1, 2, 3, 4])
    const dicom = session.store.series.list().filter(({ group }) => group.startsWith('patient-'))
    expect(new Set(dicom.map(({ group }) => group))).toHaveLength(1)
    const again = await importAll(session, { paths: [source], copy: true })
    expect(itemsOf(again).map(({ outcome }) => outcome)).toEqual(['known', 'known'])
  })

  it('keeps everything where that is asked for', async () => {
    const { session, folder } = await smallProject()
    const source = patientFolder()
    await importAll(session, { paths: [source], copy: true, keepTags: true })
    expect(found(folder)).toEqual(namedWords)
    const copy = readFileSync(join(folder, 'images', 'Zqxwname Finnegan.dcm'))
    expect(copy.equals(readFileSync(join(source, 'Zqxwname Finnegan.dcm')))).toBe(true)
  })

  it('warns of pixels that may show a name', async () => {
    const { session } = await smallProject()
    const items = itemsOf(await importAll(session, { paths: [patientFolder()], copy: false }))
    expect(items.map(({ notes }) => notes.includes('burned-in')).sort()).toEqual([false, true])
  })
})

describe('what was dropped on a page and lies in the project', () => {
  it('gives way to copies without names', async () => {
    const { session, folder } = await smallProject()
    const uploads = join(folder, 'uploads', 'batch')
    mkdirSync(uploads, { recursive: true })
    for (const index of [0, 1]) writeFileSync(join(uploads, `${index}.dcm`), namedDicom({ index }))
    writeFileSync(join(uploads, 'us.dcm'), namedDicom({ modality: 'US' }))
    const events = await importAll(session, { paths: [uploads], copy: false })
    expect(itemsOf(events).map(({ outcome }) => outcome)).toEqual(['ready', 'ready'])
    expect(found(folder)).toEqual([])
  })
})

describe('what stays where it is', () => {
  it('is not changed, and lends the project no name but its path', async () => {
    const { session } = await smallProject()
    const source = patientFolder()
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).map(name => join(source, name))
    const before = files.map(file => [file, statSync(file).mtimeMs, statSync(file).size])
    await importAll(session, { paths: [source], copy: false })
    expect(files.map(file => [file, statSync(file).mtimeMs, statSync(file).size])).toEqual(before)
    const names = session.store.slices.summaries().map(({ name }) => name.toLowerCase())
    for (const word of namedWords) expect(names.join(' ')).not.toContain(word.toLowerCase())
  })
})
