import { readFile, realpath } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

/** Only what a build of the page is made of is served at all. */
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
}

/** Letters that the build uses in its names: no `..`, no backslash, no drive, no escapes. */
const plainPath = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+$/

export type ServeStatic = (path: string) => Promise<Response | null>

/**
 * Serves the files of one folder and nothing else.
 *
 * @param folder - the built page
 * @returns null for every path that names no such file
 */
export function createStaticFiles(folder: string): ServeStatic {
  return async path => {
    const wanted = path === '/' ? '/index.html' : path
    const type = types[extname(wanted)]
    if (type === undefined || !plainPath.test(wanted)) return null
    const bytes = await readInside(folder, join(folder, wanted))
    if (bytes === null) return null
    const isNamedByContent = wanted.startsWith('/assets/')
    const cacheControl = isNamedByContent ? 'private, max-age=31536000, immutable' : 'no-cache'
    return new Response(bytes, { headers: { 'content-type': type, 'cache-control': cacheControl } })
  }
}

/** A link inside the folder that leads out of it is not followed. */
async function readInside(folder: string, file: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const real = await realpath(file)
    return real.startsWith((await realpath(folder)) + sep) ? new Uint8Array(await readFile(real)) : null
  } catch {
    return null // not there, or a folder: the caller answers 404
  }
}
