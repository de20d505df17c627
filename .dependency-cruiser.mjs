// Who may import whom: the table is in CONTRIBUTING.md. Type-only imports count too.
const builtins = ['core']
const anyPackage = '(^|/)node_modules/'
const packages = (/** @type {string} */ names) => `(^|/)node_modules/(${names})(/|$)|^(${names})(/|$)`

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'An import that leads nowhere; `?nodeWorker` and `?modulePath` are resolved by the build.',
      severity: 'error',
      from: {},
      to: {
        couldNotResolve: true,
        pathNot: '[?](nodeWorker|modulePath)$|^(@tensorflow/tfjs-node-gpu|electron)$',
      },
    },
    {
      name: 'shared-is-a-leaf',
      comment: 'shared runs everywhere, so it imports nothing but itself and zod.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^src/', pathNot: '^src/shared/' },
    },
    {
      name: 'shared-has-only-zod',
      comment: 'And, where the contract of the doors is declared, oRPC.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: anyPackage, pathNot: packages('zod|@orpc/contract') },
    },
    {
      name: 'orpc-only-in-the-contract',
      severity: 'error',
      from: { path: '^src/shared/', pathNot: '^src/shared/contract/' },
      to: { path: packages('@orpc') },
    },
    {
      name: 'core-is-pure',
      comment: 'core is the deep-learning code: no engines, no main, no renderer.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: '^src/', pathNot: '^src/(core|shared)/' },
    },
    {
      name: 'core-has-few-packages',
      comment: 'fflate for zip bytes, onnx-proto for ONNX bytes.',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { path: anyPackage, pathNot: packages('fflate|onnx-proto') },
    },
    {
      name: 'no-node-in-shared-core-renderer',
      comment: 'No Node built-ins where code must also run in a page.',
      severity: 'error',
      from: { path: '^src/(shared|core|renderer)/' },
      to: { dependencyTypes: builtins },
    },
    {
      name: 'main-knows-no-page',
      severity: 'error',
      from: { path: '^src/main/' },
      to: { path: '^src/(renderer|preload)/' },
    },
    {
      name: 'renderer-knows-only-shared',
      severity: 'error',
      from: { path: '^src/renderer/' },
      to: { path: '^src/', pathNot: '^src/(renderer|shared)/' },
    },
    {
      name: 'preload-knows-only-electron',
      severity: 'error',
      from: { path: '^src/preload/' },
      to: { pathNot: `^src/preload/|${packages('electron')}` },
    },
    {
      name: 'electron-at-its-door',
      comment: 'So that the command line and the tests run without Electron.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(main/index[.]ts$|main/doors/electron/|preload/)' },
      to: { path: packages('electron') },
    },
    {
      name: 'services-know-no-door',
      severity: 'error',
      from: {
        path: '^src/main/',
        pathNot: '^src/main/(doors/|index[.]ts$|cli[.]ts$|server[.]ts$|backend-process[.]ts$)',
      },
      to: { path: '^src/main/doors/' },
    },
    {
      name: 'engines-only-in-workers',
      comment: 'Native runtimes never load in the main thread.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main/(engines/|workers/[^/]+[.]worker[.]ts$)' },
      to: { path: '^src/main/engines/' },
    },
    {
      name: 'runtimes-only-in-engines',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main/engines/' },
      to: { path: packages('onnxruntime-node|onnxruntime-common|@tensorflow') },
    },
    {
      name: 'database-at-its-place',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/main/database/' },
      to: { path: packages('better-sqlite3|drizzle-orm') },
    },
    {
      name: 'fabric-at-its-place',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/renderer/src/canvas/' },
      to: { path: packages('fabric') },
    },
    {
      name: 'zod-only-in-shared-and-main',
      severity: 'error',
      from: { path: '^src/(core|renderer|preload)/' },
      to: { path: packages('zod') },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.vue', '.mjs', '.js', '.json', '.d.ts'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'require', 'default', 'types'],
    },
    detectProcessBuiltinModuleCalls: true,
  },
}
