/** Filled in by electron.vite.config.ts from package.json. */
declare const __SLICETUNE_VERSION__: string
