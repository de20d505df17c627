import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { DeidentifyOptions } from '../../shared/commands/privacy'
import type { JobEvent } from '../../shared/domain/events'
import { AppError, isAppError } from '../../shared/errors'
import { countOf } from '../../shared/text/count-of'
import { bytesOf } from '../codecs'
import { isDicom, readDataSet, tags } from '../codecs/dicom-data-set'
import { patientOf } from '../codecs/dicom-geometry'
import { mayShowText } from '../codecs/dicom-text-in-pixels'
import { makeFolder } from '../files/make-folder'
import { writeAtomically } from '../files/write-atomically'
import { deidentifyDicom } from '../privacy/deidentify-dicom'
import type { FileReport } from '../privacy/folder-report'
import { reportCsv, reportJson } from '../privacy/folder-report'
import type { Pseudonyms } from '../privacy/pseudonyms'
import { createPseudonyms, newPseudonymKey } from '../privacy/pseudonyms'
import type { StopFlag } from '../workers/stop-flag'

const profile = 'DICOM PS3.15 Basic Application Level Confidentiality Profile'

/** A list of the files of a medium, with the names of all patients; its copies have other places. */
const mediaDirectory = '1.2.840.10008.1.3.10'

const headLength = 256

/**
 * `slicetune deidentify`: copies of a folder's DICOM files without what identifies patients. One that cannot be read stops
 * no other. Patients, series and files get other names, the same within one run; their key is forgotten with it.
 *
 * @throws AppError FOLDER_NOT_FOUND, FILES_EXIST, DISK_FULL, FOLDER_NOT_WRITABLE, ABORTED; ITEMS_REFUSED after the last file
 */
export async function* deidentify(
  options: DeidentifyOptions,
  { stop }: { readonly stop: StopFlag },
): AsyncGenerator<JobEvent> {
  const [from, out] = [resolve(options.from), resolve(options.out)]
  const names = await filesBelow(from)
  if ((await readdir(out).catch(() => [])).length > 0) throw new AppError('FILES_EXIST', { file: out })
  const world = { out, pseudonyms: createPseudonyms(newPseudonymKey()), keepDates: options.keepDates }
  const reports: FileReport[] = []
  let [others, refused] = [0, 0]
  for (const [done, name] of names.entries()) {
    if (stop.requested) throw new AppError('ABORTED', {})
    yield { event: 'progress', stage: 'De-identifying', done, total: names.length }
    try {
      const report = await copyOf(join(from, name), world)
      if (report) reports.push(report)
      else others++
    } catch (error) {
      if (!isAppError(error) || !['CORRUPT_FILE', 'FILE_UNREADABLE', 'FILE_NOT_FOUND'].includes(error.code))
        throw error
      refused++
      yield { event: 'skipped', file: join(from, name), code: error.code, message: error.message }
    }
  }
  const file = resolve(options.report ?? join(out, 'report.json'))
  await makeFolder(dirname(file))
  const isTable = file.toLowerCase().endsWith('.csv')
  await writeAtomically(file, isTable ? reportCsv(reports) : reportJson(reports, profile))
  yield { event: 'written', file }
  yield summary(reports, others, { refused, out })
  if (refused > 0) throw new AppError('ITEMS_REFUSED', { refused, total: names.length })
}

function summary(
  reports: readonly FileReport[],
  others: number,
  { refused, out }: { readonly refused: number; readonly out: string },
): JobEvent {
  const cleaned = reports.reduce(
    (sum, { changes }) => sum + changes.filter(({ treatment }) => treatment !== 'keep').length,
    0,
  )
  const shown = reports.filter(report => report.mayShowText).length
  const message = [
    `${countOf(reports.length, 'file')} copied, ${countOf(cleaned, 'identifying tag')} removed or replaced.`,
    ...(shown > 0
      ? [`The pixels of ${countOf(shown, 'file')} may show names: look at them before you pass them on.`]
      : []),
    ...(others > 0 ? [`${countOf(others, 'file')} of other kinds left out.`] : []),
  ].join(' ')
  const counts = { files: reports.length, cleanedTags: cleaned, mayShowNames: shown, others, refused }
  return { event: 'report', command: 'deidentify', message, ...counts, out }
}

/** By name, with their folders. @throws AppError FOLDER_NOT_FOUND */
async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('FOLDER_NOT_FOUND', { file: folder }, { cause })
  })
  return entries
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort()
}

interface World {
  readonly out: string
  readonly pseudonyms: Pseudonyms
  readonly keepDates: boolean
}

/** @returns null for what is no DICOM file with an object of its own */
async function copyOf(file: string, { out, pseudonyms, keepDates }: World): Promise<FileReport | null> {
  if (!isDicom(await bytesOf(file, headLength))) return null
  const bytes = await bytesOf(file)
  const data = readDataSet(bytes, file)
  if (data.string('x00020002')?.trim() === mediaDirectory) return null
  const cleaned = deidentifyDicom(bytes, file, { pseudonyms, keepDates })
  const patient = patientOf(data)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const path = [
    patient === null ? 'patient-unknown' : pseudonyms.patient(patient),
    `series-${pseudonyms.name(data.string(tags.seriesUid) ?? '')}`,
    // Two files with one UID are two files.
    `${pseudonyms.name(`${data.string(tags.sopInstance) ?? ''} ${sha256}`)}.dcm`,
  ]
  await makeFolder(join(out, ...path.slice(0, -1)))
  await writeAtomically(join(out, ...path), cleaned.bytes)
  return { file: path.join('/'), sha256, changes: cleaned.changes, mayShowText: mayShowText(data) }
}
