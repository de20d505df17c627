import { runCompiled } from './run-compiled.mjs'

await runCompiled('quality', { quality: 'bench/quality/quality.ts' })
