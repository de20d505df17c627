import { runCompiled } from './run-compiled.mjs'

await runCompiled('parity', { parity: 'tests/interop/parity/parity.ts' })
