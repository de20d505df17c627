import { runCompiled } from './run-compiled.mjs'

await runCompiled('uncertainty', { uncertainty: 'bench/uncertainty/uncertainty.ts' })
