import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const onnxProto = new URL('./onnx-proto-by-name.ts', import.meta.url).href

const asThread = '?nodeWorker'

/**
 * Lets a plain Node run the source: its imports have no extension, as the build wants them, and name what a package in
 * the old format exports, which Node cannot see. What the build reads into the source, the migrations, is read here.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'onnx-proto' && context.parentURL !== onnxProto) return next(onnxProto, context)
    if (specifier.endsWith(asThread)) {
      const url = new URL(specifier.replace(asThread, `.ts${asThread}`), context.parentURL)
      return { url: url.href, format: 'module', shortCircuit: true }
    }
    if (!/^\.{1,2}\//.test(specifier) || /\.\w+$/.test(specifier)) return next(specifier, context)
    for (const ending of ['.ts', '/index.ts']) {
      const url = new URL(specifier + ending, context.parentURL)
      if (existsSync(fileURLToPath(url))) return next(url.href, context)
    }
    return next(specifier, context)
  },
  load(url, context, next) {
    if (url.endsWith(asThread)) return { format: 'module', shortCircuit: true, source: threadFrom(url) }
    const loaded = next(url, context)
    if (!url.endsWith('/src/main/database/migrations.ts')) return loaded
    const text = readFileSync(fileURLToPath(url), 'utf8')
    const source = text.replace(
      /import\.meta\.glob[^]*?\}\)/,
      JSON.stringify(migrationsIn(join(dirname(fileURLToPath(url)), 'migrations'))),
    )
    return { ...loaded, source }
  },
})

/** What the build makes of such an import: a function that starts the thread, run as this one is. */
function threadFrom(url: string): string {
  const file = JSON.stringify(url.replace(asThread, ''))
  return `import { Worker } from 'node:worker_threads'
    export default options => new Worker(new URL(${file}), { ...options, execArgv: process.execArgv })`
}

function migrationsIn(folder: string): Record<string, string> {
  const names = readdirSync(folder)
  return Object.fromEntries(
    names.map(name => [`./migrations/${name}`, readFileSync(join(folder, name), 'utf8')]),
  )
}
