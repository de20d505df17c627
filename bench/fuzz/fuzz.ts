import { fork } from 'node:child_process'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runFuzz } from './run-fuzz'

/** Images of the zoo and checkpoints, of which damaged copies are read. */
export const fuzzFiles = (root: string): string[] =>
  globSync(['zoo/*/*', '6-checkpoint/*.{pt,pth,pkl}'], { cwd: join(root, 'tests/fixtures') })
    .filter(name => !name.includes('LICENSES') && !name.endsWith('.json'))
    .map(name => join(root, 'tests/fixtures', name))
    .sort()

/** `npm run fuzz -- --count N --seed S`. @returns exit code */
export async function fuzz(argv: string[], root: string): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: { count: { type: 'string', default: '2000' }, seed: { type: 'string', default: '1' } },
  })
  const [count, seed] = [Number(values.count), Number(values.seed)]
  const files = fuzzFiles(root)
  const report = await runFuzz({
    ...{ files, count, seed },
    start: () =>
      fork(join(import.meta.dirname, 'reader.mjs'), {
        execArgv: [],
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      }),
    onProgress: done => {
      if (done % 500 === 0 && done < count) process.stderr.write(`${done} of ${count}\n`)
    },
  })
  for (const { path, seed: own, what } of report.faults)
    process.stdout.write(`${path}, seed ${own}: ${what}\n`)
  const { read, refused, faults, slowestMs, peakMegabytes } = report
  process.stdout.write(
    `${count} damaged files: ${read} read, ${refused} refused, ${faults.length} faults; ` +
      `slowest ${Math.round(slowestMs)} ms, at most ${Math.round(peakMegabytes)} MB\n`,
  )
  return faults.length === 0 ? 0 : 1
}
