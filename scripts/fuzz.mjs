import { runCompiled } from './run-compiled.mjs'

await runCompiled('fuzz', { fuzz: 'bench/fuzz/fuzz.ts', reader: 'bench/fuzz/reader.ts' })
