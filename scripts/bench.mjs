import { runCompiled } from './run-compiled.mjs'

await runCompiled('bench', { bench: 'bench/bench.ts', ours: 'bench/ours/measure.ts' })
