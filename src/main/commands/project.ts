import { basename, resolve } from 'node:path'
import type * as z from 'zod'
import type { Commands } from '../../shared/commands'
import { parseExportOptions } from '../../shared/commands/project'
import type { ImportedLabels } from '../../shared/contract/label-imports'
import type { JobEvent } from '../../shared/domain/events'
import { AppError } from '../../shared/errors'
import { countOf } from '../../shared/text/count-of'
import { describeLabels, describeUnmatched } from './describe-labels'
import type { ProjectWorld, Services } from './open-project'
import { inProject, serviceCalls } from './open-project'

type Input<N extends keyof Commands> = z.infer<Commands[N]['input']>

const report = (about: { readonly message: string } & Readonly<Record<string, unknown>>): JobEvent => ({
  ...about,
  event: 'report',
  command: 'project',
})

/** @throws AppError PROJECT_EXISTS and what making a folder can meet */
export async function* createProject(
  { project, name }: Input<'project create'>,
  { openBackend }: ProjectWorld,
): AsyncGenerator<JobEvent> {
  yield* serviceCalls(openBackend, async function* (api) {
    const folder = resolve(project)
    const made = await api.projects.create({ name: name ?? basename(folder), folder })
    yield { event: 'written', file: made.folder }
    yield report({ message: `${made.name} is made and empty.`, name: made.name, folder: made.folder })
  })
}

/** @throws AppError ITEMS_REFUSED at the end, when any file was */
export async function* importIntoProject(
  { project, from, copy, keepTags }: Input<'project import'>,
  world: ProjectWorld,
): AsyncGenerator<JobEvent> {
  yield* inProject(project, world, async function* (api, id) {
    const refused = { count: 0, total: 0 }
    const paths = [resolve(from)]
    for await (const event of await api.imports.add(
      { project: id, paths, copy, keepTags },
      { signal: world.stop.signal },
    )) {
      if (event.event === 'progress') {
        yield { event: 'progress', stage: 'Importing', done: event.done, total: event.total }
      } else if (event.event === 'scan') {
        yield { event: 'progress', stage: 'Looking for files', done: event.files, total: event.files }
      } else if (event.event === 'item') {
        refused.total++
        if (event.error === null) continue
        refused.count++
        yield { event: 'skipped', file: event.file, ...event.error }
      } else {
        const cleaned =
          event.cleanedTags > 0
            ? `; ${countOf(event.cleanedTags, 'identifying tag')} removed or replaced`
            : ''
        const known = event.known > 0 ? `; ${event.known} known already` : ''
        yield report({ message: `${countOf(event.slices, 'slice')} added${known}${cleaned}.`, ...event })
      }
    }
    if (refused.count > 0)
      throw new AppError('ITEMS_REFUSED', { refused: refused.count, total: refused.total })
  })
}

/** @throws AppError USAGE for an image that is not there; ITEMS_REFUSED at the end, when any file was or belongs to no image */
export async function* importLabelsIntoProject(
  { project, from, to, objectsOf }: Input<'project labels'>,
  world: ProjectWorld,
): AsyncGenerator<JobEvent> {
  yield* inProject(project, world, async function* (api, id) {
    const series = to === undefined ? null : await seriesNamed(api, project, to)
    const call = { project: id, paths: [resolve(from)], series, objectsOf: objectsOf ?? null }
    for await (const event of await api.labelImports.add(call, { signal: world.stop.signal })) {
      if (event.event === 'progress') yield { ...event, stage: 'Reading labels' }
      else if (event.event === 'item') yield* labelEvents(event)
      else {
        const { masks, slices, files, refused, unmatched } = event
        const known = event.known > 0 ? `; ${event.known} known already` : ''
        yield report({
          ...event,
          message: `${countOf(masks, 'mask')} added on ${countOf(slices, 'slice')}${known}.`,
        })
        if (files === 0) throw new AppError('UNKNOWN_FORMAT', { file: from })
        if (refused + unmatched > 0)
          throw new AppError('ITEMS_REFUSED', { refused: refused + unmatched, total: files })
      }
    }
  })
}

function* labelEvents(item: ImportedLabels): Generator<JobEvent> {
  const { file, error } = item
  if (error) yield { event: 'skipped', file, code: error.code, message: error.message }
  else yield { ...item, event: 'labels', message: describeLabels(item) }
  const message = describeUnmatched(item)
  if (message !== null) yield { event: 'skipped', file, code: 'LABELS_NOT_MATCHED', message }
}

async function seriesNamed(api: Services, folder: string, name: string): Promise<number> {
  const { series } = await api.projects.open({ folder: resolve(folder) })
  const found = series.filter(one => one.name === name)
  const [first] = found
  if (first && found.length === 1) return first.id
  const reason =
    found.length > 1
      ? `${found.length} images of the project are called ${name}.`
      : `The project has no image ${name}. Its first ones: ${series
          .slice(0, 5)
          .map(one => one.name)
          .join(', ')}.`
  throw new AppError('USAGE', { reason })
}

export async function* listProjects({ openBackend }: ProjectWorld): AsyncGenerator<JobEvent> {
  yield* serviceCalls(openBackend, async function* (api) {
    const projects = await api.projects.recent()
    const lines = projects.map(({ name, folder, slices, done, missing }) =>
      missing === null
        ? `${name}: ${done} of ${countOf(slices, 'slice')} done, ${folder}`
        : `${name}: ${missing}`,
    )
    yield report({ message: lines.length === 0 ? 'No project was opened yet.' : lines.join('\n'), projects })
  })
}

/** @throws AppError USAGE for an unknown format or option, ITEMS_REFUSED at the end, when any slice was */
export async function* exportProject(
  { project, format, out, options }: Input<'project export'>,
  world: ProjectWorld,
): AsyncGenerator<JobEvent> {
  yield* inProject(project, world, async function* (api, id) {
    const folder = out === undefined ? null : resolve(out)
    const call = { project: id, format, options: parseExportOptions(options), folder }
    for await (const event of await api.exports.run(call, { signal: world.stop.signal })) {
      if (event.event === 'progress') {
        yield { ...event, stage: 'Exporting' }
        continue
      }
      if (event.event === 'limits') {
        for (const { text } of event.limits) yield { event: 'notice', message: text }
        continue
      }
      if (event.interrupted) return
      for (const { name, code, message } of event.skipped)
        yield { event: 'skipped', file: name, code, message }
      yield { event: 'written', file: event.folder }
      const counted = `${countOf(event.slices, 'slice')} with ${countOf(event.objects, 'object')}`
      yield report({ ...event, message: `${counted} exported as ${format}.` })
      if (event.skipped.length === 0) continue
      throw new AppError('ITEMS_REFUSED', {
        refused: event.skipped.length,
        total: event.slices + event.skipped.length,
      })
    }
  })
}

/** @throws AppError NO_FINDER; ITEMS_REFUSED at the end, when any slice was */
export async function* predictProject(
  { project }: Input<'project predict'>,
  world: ProjectWorld,
): AsyncGenerator<JobEvent> {
  yield* inProject(project, world, async function* (api, id) {
    const names = new Map(
      (await api.slices.list({ project: id })).map(({ id: slice, name }) => [slice, name]),
    )
    world.stop.signal.addEventListener('abort', () => void api.review.cancel({ project: id }))
    for await (const event of await api.review.predict({ project: id })) {
      switch (event.event) {
        case 'progress':
          yield { event: 'progress', stage: 'Predicting', done: event.done, total: event.total }
          break
        case 'skipped':
          yield {
            event: 'skipped',
            file: names.get(event.slice) ?? '',
            code: event.code,
            message: event.message,
          }
          break
        case 'item':
          break
        case 'report': {
          const message = `${countOf(event.predicted, 'slice')} predicted, to be reviewed.`
          yield report({ ...event, message })
          if (event.skipped === 0) break
          throw new AppError('ITEMS_REFUSED', {
            refused: event.skipped,
            total: event.predicted + event.skipped,
          })
        }
      }
    }
  })
}
