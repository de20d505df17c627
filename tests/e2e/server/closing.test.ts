import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { Project } from '../../../src/shared/domain/project'
import { startAppServer, type AppServer } from '../app-server'
import { callOverSocket } from '../security/call-over-socket'
import { ask } from '../security/raw-request'
import { cookieOf, tokenOf } from '../security/signed-in'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slicetune-closing-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))

const Runs = z.array(z.object({ id: z.int(), state: z.string() }))

async function callsOf(server: AppServer): Promise<(path: string, input?: unknown) => Promise<unknown>> {
  const cookie = cookieOf(await ask(server.port, { path: `/?token=${tokenOf(server)}` }))
  return (path, input) => callOverSocket({ server, cookie }, path, input)
}

test('Ctrl+C during a run saves it, and the next start offers to go on', async () => {
  const server = await startAppServer({ home })
  const call = await callsOf(server)
  const { id, folder } = Project.parse(await call('/projects/openSample'))
  await call('/training/start', {
    ...{ project: id, preset: 'quick', changes: {}, name: null, allowSharedGroup: true },
  })

  expect(await server.stop(), server.output()).toBe(0)
  expect(server.output()).toContain('stopped at its next safe point')
  expect(existsSync(join(folder, 'project.sqlite-wal'))).toBe(false)

  const next = await startAppServer({ home })
  const nextCall = await callsOf(next)
  const again = Project.parse(await nextCall('/projects/open', { folder }))
  const runs = Runs.parse(await nextCall('/training/list', { project: again.id }))
  expect(again.mode).toBe('edit')
  expect(runs.map(run => run.state)).toEqual([expect.stringMatching(/^(?:paused|cut-off)$/)])
  expect(await next.stop(), next.output()).toBe(0)
})

test('a port that is taken is said in words', async () => {
  const other = createServer()
  await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo // listening on TCP, so not a pipe's name
  try {
    await expect(startAppServer({ home, port })).rejects.toThrow(
      `The server ended with 2: Port ${port} is in use. Choose another --port.`,
    )
  } finally {
    other.close()
  }
})
