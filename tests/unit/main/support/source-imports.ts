import { existsSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'

const onnxProto = new URL('./onnx-proto-by-name.ts', import.meta.url).href

/**
 * Lets a plain Node run the source: its imports have no extension, as the build wants them, and name what a package in
 * the old format exports, which Node cannot see.
 */
registerHooks({
  resolve(specifier, context, next) {
    if (specifier === 'onnx-proto' && context.parentURL !== onnxProto) return next(onnxProto, context)
    if (!/^\.{1,2}\//.test(specifier) || /\.\w+$/.test(specifier)) return next(specifier, context)
    for (const ending of ['.ts', '/index.ts']) {
      const url = new URL(specifier + ending, context.parentURL)
      if (existsSync(fileURLToPath(url))) return next(url.href, context)
    }
    return next(specifier, context)
  },
})
