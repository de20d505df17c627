import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import * as z from 'zod'
import { invariant } from '../../shared/errors'

const PackageFile = z.object({ name: z.string(), version: z.string() })

export interface AppRoot {
  /** Folder that holds `resources/` and `weights/` */
  readonly folder: string
  readonly version: string
}

/**
 * Where SliceTune itself lies: the nearest folder upwards with its package.json. It holds from the sources, from a
 * build, and from any chunk of the build, which a fixed number of `..` would not.
 */
export function findAppRoot(from: string = import.meta.dirname): AppRoot {
  for (let folder = from; ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    const found = existsSync(file) ? PackageFile.safeParse(JSON.parse(readFileSync(file, 'utf8'))) : null
    if (found?.success === true && found.data.name === 'slicetune')
      return { folder, version: found.data.version }
    invariant(dirname(folder) !== folder, `no package.json of slicetune above ${from}`)
  }
}
