import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { findAppRoot } from './app-root'
import { readManifest } from './weights-manifest'

const Licence = z.object({ name: z.string(), licence: z.string(), text: z.string() })
type Licence = z.infer<typeof Licence>

/** Of SliceTune itself, of the models and the sample that come with it, and of the packages in its build. */
export async function readLicences(root: string = findAppRoot().folder): Promise<Licence[]> {
  const read = (...path: readonly string[]): Promise<string> => readFile(join(root, ...path), 'utf8')
  const own = { name: 'SliceTune', licence: 'Apache-2.0', text: await read('LICENSE') }
  const models = (await readManifest(join(root, 'weights'))).map(({ title, licence, source }) => ({
    name: title,
    licence,
    text: source,
  }))
  const sample = await read('resources', 'sample', 'fetal-head-us', 'LICENCE.md')
  const packages = z.array(Licence).parse(JSON.parse(await read('resources', 'licences.json')))
  return [own, ...models, { name: 'HC18', licence: 'CC-BY-4.0', text: sample }, ...packages]
}
