// Writes resources/licences.json: the licence of every package that SliceTune is built of, for its About page.
// Run it after a change of the dependencies; a test tells when it was forgotten.
import { existsSync, globSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** What these need is used to fetch them, and is no part of what is shipped. */
const unshipped = new Set(['electron'])

/** @typedef {{ name: string, licence: string, text: string }} Licence */

/** @returns {Licence[]} by name */
export function collectLicences() {
  const own = readPackage(root)
  const named = new Set([...Object.keys(own.dependencies ?? {}), ...Object.keys(own.devDependencies ?? {})])
  const imported = new Set(globSync('src/**/*.{ts,vue,css}', { cwd: root }).flatMap(importedPackages))
  const first = Object.keys(own.dependencies ?? {}).concat([...imported].filter(name => named.has(name)))
  /** @type {Map<string, Licence>} */
  const found = new Map()
  /** @type {{ name: string, from: string }[]} */
  const waiting = first.map(name => ({ name, from: root }))
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = packageFolder(next.name, next.from)
    if (folder === null || found.has(next.name)) continue
    const { license = 'see text', dependencies = {} } = readPackage(folder)
    const text = licenceText(folder) || `${next.name} is licensed under ${license}.`
    found.set(next.name, { name: next.name, licence: license, text })
    const needed = unshipped.has(next.name) ? [] : Object.keys(dependencies)
    waiting.push(...needed.filter(name => !name.startsWith('@types/')).map(name => ({ name, from: folder })))
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** @param {string} file */
function importedPackages(file) {
  const text = readFileSync(join(root, file), 'utf8')
  const specifiers = [...text.matchAll(/(?:from|import|import\()\s*'([^'.][^']*)'/g)].map(
    match => match[1] ?? '',
  )
  return specifiers.map(specifier => /^(@[^/]+\/[^/]+|[^/]+)/.exec(specifier)?.[0] ?? specifier)
}

/**
 * Where Node would find it; null where it is not installed, as another system's binaries are not.
 *
 * @param {string} name
 * @param {string} from
 */
function packageFolder(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name)
    if (existsSync(join(candidate, 'package.json'))) return candidate
    if (folder === dirname(folder)) return null
  }
}

/**
 * @param {string} folder
 * @returns {{ license?: string, dependencies?: Record<string, string>, devDependencies?: Record<string, string> }}
 */
function readPackage(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

/** @param {string} folder */
function licenceText(folder) {
  const file = readdirSync(folder).find(name => /^(licen[cs]e|copying)(\.|$)/i.test(name))
  return file === undefined ? '' : readFileSync(join(folder, file), 'utf8').trim()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(join(root, 'resources', 'licences.json'), `${JSON.stringify(collectLicences(), null, 2)}\n`)
}
