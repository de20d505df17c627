import type { LabelImportEvent } from '../../shared/contract/label-imports'
import { importLabels } from '../label-imports/import-labels'
import { labelSources } from '../label-sources'
import { allowedPaths, allowedRoots } from './allowed-path'
import { implementer } from './implementer'

export const labelImportsService = implementer.labelImports.router({
  add: implementer.labelImports.add.handler(async function* ({
    input,
    context,
    signal,
  }): AsyncGenerator<LabelImportEvent> {
    const session = context.projects.get(input.project)
    const { series, objectsOf } = input
    const paths = await allowedPaths(context, input.paths)
    const by = context.app.settings().reviewer
    yield* importLabels(session, { paths, series, objectsOf, roots: allowedRoots(context), by, signal })
  }),
  formats: implementer.labelImports.formats.handler(() =>
    labelSources.map(({ id, extensions }) => ({ id, extensions: [...extensions] })),
  ),
})
