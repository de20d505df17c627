import { codecs } from '../codecs'
import type { ImportEvent } from '../../shared/contract/imports'
import { importFiles } from '../projects/import-files'
import { allowedPaths, allowedRoots } from './allowed-path'
import { implementer } from './implementer'

export const importsService = implementer.imports.router({
  add: implementer.imports.add.handler(async function* ({
    input,
    context,
    signal,
  }): AsyncGenerator<ImportEvent> {
    const session = context.projects.get(input.project)
    const paths = await allowedPaths(context, input.paths)
    const { copy, keepTags } = input
    const by = context.app.settings().reviewer
    yield* importFiles(session, { paths, copy, keepTags, roots: allowedRoots(context), by, signal })
  }),
  formats: implementer.imports.formats.handler(() =>
    codecs.map(({ id, extensions }) => ({ id, extensions: [...extensions] })),
  ),
})
