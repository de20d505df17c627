import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import * as z from 'zod'

const here = import.meta.dirname
const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')))

/**
 * `dependencies` hold native code or data and stay imports; `devDependencies` are bundled. The optional engine is no
 * dependency of either kind, so it has to be named.
 */
const external = [/^@tensorflow\//]

export default defineConfig({
  main: {
    build: {
      rollupOptions: {
        external,
        input: {
          index: join(here, 'src/main/index.ts'),
          cli: join(here, 'src/main/cli.ts'),
          server: join(here, 'src/main/server.ts'),
          'backend-process': join(here, 'src/main/backend-process.ts'),
        },
      },
    },
    define: { __SLICETUNE_VERSION__: JSON.stringify(version) },
    // fflate's Node build declares a `require` of its own, which collides with the one that electron-vite adds.
    resolve: { alias: { fflate: 'fflate/browser' } },
  },
  preload: {
    build: {
      // A sandboxed preload has no module loader: one CommonJS file.
      rollupOptions: {
        input: { index: join(here, 'src/preload/index.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
    define: { __SLICETUNE_VERSION__: JSON.stringify(version) },
  },
  renderer: {
    root: join(here, 'src/renderer'),
    build: {
      rollupOptions: { input: { index: join(here, 'src/renderer/index.html') } },
      assetsInlineLimit: 0, // small fonts as data: addresses would ask for a looser content security policy
    },
    plugins: [vue()],
  },
})
