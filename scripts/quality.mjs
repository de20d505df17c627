// Compiles the judging of quality, and runs it on the built program.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from './setup/root.mjs'

const out = path.join(root, 'out', 'quality-script')
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: out,
    target: 'node22',
    rollupOptions: {
      input: { quality: path.join(root, 'bench', 'quality', 'quality.ts') },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    },
  },
})
/** @type {{ quality: (argv: string[], root: string) => Promise<number> }} */
const compiled = await import(pathToFileURL(path.join(out, 'quality.mjs')).href)
process.exitCode = await compiled.quality(process.argv.slice(2), root)
