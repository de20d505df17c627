// Entry of every npm script: prepares the checkout, then runs the wanted script under a Node that fits.
// Plain old syntax on purpose: an old Node must get as far as the sentence below.
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
    .then(setup => setup.main(process.argv.slice(2)))
    .then(code => {
      process.exitCode = code
    })
}
