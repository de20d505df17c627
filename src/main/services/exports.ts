import { join } from 'node:path'
import * as z from 'zod'
import { AppError } from '../../shared/errors'
import type { AnyExporter } from '../exporters'
import { exporters } from '../exporters'
import { countLimits } from '../exporters/count-limits'
import { countExported } from '../exporters/export-slices'
import { CommonOptions } from '../exporters/option-fields'
import { exporterOptions, exportsFolder, runExport } from '../exporters/run-export'
import type { ProjectSession } from '../projects/project-session'
import { allowedPath } from './allowed-path'
import { implementer } from './implementer'

export const exportsService = implementer.exports.router({
  formats: implementer.exports.formats.handler(() =>
    exporters.map(({ id, extensions, options }) => ({
      id,
      extensions: [...extensions],
      options: z.toJSONSchema(options, { io: 'input' }),
    })),
  ),
  preview: implementer.exports.preview.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    exporterOf(input.format)
    const counts = countExported(session, commonOf(input.options))
    return { ...counts, labels: session.store.labels.list().length }
  }),
  limits: implementer.exports.limits.handler(({ input, context, signal }) => {
    const exporter = exporterOf(input.format)
    const options = exporterOptions(exporter, input.options)
    return countLimits(context.projects.get(input.project), exporter, options, signal)
  }),
  run: implementer.exports.run.handler(async function* ({ input, context, signal }) {
    const session = context.projects.get(input.project)
    const exporter = exporterOf(input.format)
    if (input.folder === null) session.assertEditable()
    const folder =
      input.folder === null ? defaultFolder(session, exporter.id) : await allowedPath(context, input.folder)
    const { options } = input
    yield* runExport({ session, exporter, options, folder, version: context.version, signal })
  }),
})

/** @throws AppError USAGE */
function exporterOf(format: string): AnyExporter {
  const found = exporters.find(({ id }) => id === format)
  if (found) return found
  const known = exporters.map(({ id }) => id).join(', ')
  throw new AppError('USAGE', { reason: `There is no format ${format}. Choose one of: ${known}.` })
}

/** @throws AppError USAGE */
function commonOf(options: Readonly<Record<string, unknown>>): CommonOptions {
  const common = CommonOptions.safeParse(options)
  if (common.success) return common.data
  throw new AppError('USAGE', {
    reason: `These options are none of an export: ${Object.keys(options).join(', ')}.`,
  })
}

/** In the project, after it and the format; names of other scripts have no place in addresses. */
function defaultFolder(session: ProjectSession, format: string): string {
  const name = session.store.project.get().name.toLowerCase()
  const slug = name
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  return join(exportsFolder(session), slug === '' ? format : `${slug}-${format}`)
}
