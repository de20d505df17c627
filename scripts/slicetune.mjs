#!/usr/bin/env node
// The `slicetune` command of a checkout: sets up what is missing and runs the built command line under a Node that fits.
const major = Number(process.versions.node.split('.')[0])
if (major < 20) {
  console.error(
    'SliceTune needs Node 20 or newer to set itself up; this is Node ' +
      process.versions.node +
      '. Install a newer one and try again.',
  )
  process.exit(1)
} else {
  void import('./setup/main.mjs')
    .then(setup => setup.main(['out/main/cli.js'].concat(process.argv.slice(2))))
    .then(code => {
      process.exitCode = code
    })
}
