import { codecs } from '../codecs'
import type { ImportEvent } from '../../shared/contract/imports'
import { importFiles } from '../projects/import-files'
import { allowedPath, allowedRoots } from './allowed-path'
import { implementer } from './implementer'
import type { ServiceContext } from './service-context'

export const importsService = implementer.imports.router({
  add: implementer.imports.add.handler(async function* ({
    input,
    context,
    signal,
  }): AsyncGenerator<ImportEvent> {
    const session = context.projects.get(input.project)
    const paths = await allowedPaths(context, input.paths)
    const { copy, keepTags } = input
    yield* importFiles(session, { paths, copy, keepTags, roots: allowedRoots(context), signal })
  }),
  formats: implementer.imports.formats.handler(() =>
    codecs.map(({ id, extensions }) => ({ id, extensions: [...extensions] })),
  ),
})

async function allowedPaths(context: ServiceContext, paths: readonly string[]): Promise<string[]> {
  const allowed: string[] = []
  for (const path of paths) allowed.push(await allowedPath(context, path))
  return allowed
}
