import { describe, expect, test } from 'vitest'
import { commands } from '../../../src/shared/commands'
import { eventsIn, runCli } from './run-cli'

describe('help', () => {
  test('of the program names every command', async () => {
    const { code, stdout } = await runCli(['--help'])

    expect(code).toBe(0)
    for (const name of Object.keys(commands)) expect(stdout).toContain(name.split(' ')[0])
  })

  test.each(Object.keys(commands))('of "%s" has its options and examples', async name => {
    const { code, stdout, stderr } = await runCli([...name.split(' '), '--help'])

    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toContain('--json')
    expect(stdout).toMatch(new RegExp(`Examples:\\n  slicetune ${name}`))
  })

  test('the version is that of the package', async () => {
    expect((await runCli(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  })
})

describe('a wrong command line exits 2 with a sentence', () => {
  test.each([
    [['evaluate', '--dat', 'x'], "Unknown option '--dat'; did you mean --data?"],
    [['evalute'], "Unknown command 'evalute'; did you mean evaluate?"],
    [['evaluate', '--data', 'x', '--jitter', 'much'], 'It takes a whole number (0 to 128).'],
    [
      ['evaluate', '--data', 'x', '--prompt', 'circle'],
      'Allowed choices are box, point, clicks, box-clicks, found.',
    ],
    [['evaluate'], '--data is missing.'],
    [['train', '--data', 'x', '--out', 'y', '--epochs', '0'], 'It takes a whole number (1 to 100000).'],
    [
      ['predict', '--images', 'x', '--out', 'y'],
      'exactly one of --boxes FILE.csv, --points FILE.csv, --from-masks DIR and --auto',
    ],
    [['models', 'import'], "Missing required argument 'FILE'."],
    [['models'], 'Which command?'],
    [[], 'Which command?'],
  ])('%j', async (args, words) => {
    const { code, stdout, stderr } = await runCli(args)

    expect(code).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(words)
    expect(stderr).toMatch(/See "slicetune.* --help"\.\n$/)
  })

  test('and with --json one line of JSON on stdout', async () => {
    const { code, stdout } = await runCli(['evaluate', '--json', '--nonsense'])

    expect(code).toBe(2)
    expect(eventsIn(stdout)).toMatchObject([{ event: 'error', code: 'USAGE' }])
  })
})
