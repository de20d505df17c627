import { homedir } from 'node:os'
import { expect, test } from 'vitest'
import { parseServerOptions } from '../../../../../src/main/doors/http/server-options'
import { folderWith } from '../../support/folders'

test('without options a free port, the home folder and the browser', () => {
  expect(parseServerOptions([])).toEqual({ port: 0, root: homedir(), openBrowser: true })
})

test('takes a port and a folder, and leaves the browser alone', () => {
  const root = folderWith({})

  expect(parseServerOptions(['--port', '8123', '--root', root, '--no-open'])).toEqual({
    ...{ port: 8123, root, openBrowser: false },
  })
})

test('gives its help instead', () => {
  expect(parseServerOptions(['--port', '8123', '--help'])).toBeNull()
})

test.each([
  [['--port', 'x'], 'USAGE'],
  [['--port', '70000'], 'USAGE'],
  [['--port', '1.5'], 'USAGE'],
  [['--port'], 'USAGE'],
  [['--host', '0.0.0.0'], 'USAGE'],
  [['folder'], 'USAGE'],
  [['--root', '/nowhere/at/all'], 'FOLDER_NOT_FOUND'],
])('refuses %j by %s', (args, code) => {
  expect(() => parseServerOptions(args)).toThrow(expect.objectContaining({ code }) as Error)
})
