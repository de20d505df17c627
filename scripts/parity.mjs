// Compiles the comparison of trainings with PyTorch, and runs it on the built program.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from './setup/root.mjs'

const out = path.join(root, 'out', 'parity')
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true, external: ['onnxruntime-node'] },
  resolve: { alias: { fflate: 'fflate/browser' } }, // as in electron.vite.config.ts
  build: {
    ssr: true,
    outDir: out,
    target: 'node22',
    rollupOptions: {
      input: { parity: path.join(root, 'tests', 'interop', 'parity', 'parity.ts') },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    },
  },
})
/** @type {{ parity: (argv: string[], root: string) => Promise<number> }} */
const compiled = await import(pathToFileURL(path.join(out, 'parity.mjs')).href)
process.exitCode = await compiled.parity(process.argv.slice(2), root)
