// Compiles the bench, engine included, as the program itself is compiled, and runs it.
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'
import { root } from './setup/root.mjs'

const out = path.join(root, 'out', 'bench')
const bench = path.join(root, 'bench')
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  ssr: { noExternal: true, external: ['onnxruntime-node'] },
  resolve: { alias: { fflate: 'fflate/browser' } }, // as in electron.vite.config.ts
  build: {
    ssr: true,
    outDir: out,
    emptyOutDir: false, // exported encoders and the last report are kept
    target: 'node22',
    rollupOptions: {
      input: {
        bench: path.join(bench, 'bench.ts'),
        ours: path.join(bench, 'ours', 'measure.ts'),
        gradient: path.join(root, 'src', 'main', 'workers', 'gradient.worker.ts'),
      },
      output: { format: 'es', entryFileNames: '[name].mjs', chunkFileNames: '[name].mjs' },
    },
  },
})
/** @type {{ bench: (argv: string[], root: string) => Promise<number> }} */
const compiled = await import(pathToFileURL(path.join(out, 'bench.mjs')).href)
process.exitCode = await compiled.bench(process.argv.slice(2), root)
