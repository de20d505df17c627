import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from './setup/root.mjs'

/**
 * Compiles a tool in TypeScript, the engine included, as the program itself is compiled, and runs it: its main module
 * exports a function of the tool's name, `(argv, root) => Promise<exit code>`.
 *
 * @param {string} name - of the function, and of the folder below `out/`, in which other files are kept
 * @param {Record<string, string>} modules - path below the checkout by module; one has the tool's name
 */
export async function runCompiled(name, modules) {
  const out = path.join(root, 'out', name)
  const input = Object.fromEntries(Object.entries(modules).map(([key, file]) => [key, path.join(root, file)]))
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true, external: ['dcmjs-codecs', 'onnxruntime-node', 'playwright-core', 'ws'] },
    resolve: { alias: { fflate: 'fflate/browser' } }, // as in electron.vite.config.ts
    build: {
      ssr: true,
      outDir: out,
      emptyOutDir: false,
      target: 'node22',
      rollupOptions: {
        input,
        output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
      },
    },
  })
  /** @type {Record<string, (argv: string[], root: string) => Promise<number>>} */
  const compiled = await import(pathToFileURL(path.join(out, `${name}.mjs`)).href)
  const tool = compiled[name]
  if (!tool) throw new Error(`${modules[name]} exports no ${name}`)
  process.exitCode = await tool(process.argv.slice(2), root).catch(wrongUsage)
}

/**
 * @param {unknown} error
 * @returns {number} exit code
 */
function wrongUsage(error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (!(error instanceof Error) || !code.startsWith('ERR_PARSE_ARGS')) throw error
  process.stderr.write(`${error.message}\n`)
  return 2
}
