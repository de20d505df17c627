import path from 'node:path'
import { ensureBuild } from './build.mjs'
import { ensurePackages } from './packages.mjs'
import { findNode } from './node.mjs'
import { relay } from './relay.mjs'
import { root } from './root.mjs'
import { say, SetupError } from './say.mjs'

/**
 * `setup` prepares and stops; `build` always builds; anything else is a script (relative to the checkout) to run.
 * Only scripts under `out/` and those marked `--built` need the build first.
 *
 * @param {string[]} argv
 * @returns {Promise<number>} exit code
 */
export async function main(argv) {
  try {
    return await prepareAndRun(argv)
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    return 1
  }
}

/** @param {string[]} argv */
async function prepareAndRun(argv) {
  const built = argv[0] === '--built'
  const [target, ...rest] = built ? argv.slice(1) : argv
  if (target === undefined)
    throw new SetupError('Usage: node scripts/bootstrap.mjs setup | build | [--built] SCRIPT [ARGUMENTS]')

  const node = await findNode()
  await ensurePackages(node)
  if (target === 'build') return ensureBuild(node, { always: true })
  if (target === 'setup') {
    await ensureBuild(node)
    say('Ready.')
    return 0
  }
  if (built || target.startsWith('out/')) {
    const code = await ensureBuild(node)
    if (code !== 0) return code
  }
  return relay(node, [path.join(root, target), ...rest])
}
