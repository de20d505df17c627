import { existsSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { Project } from '../../../src/shared/domain/project'
import { callOverSocket } from './call-over-socket'
import type { RawAnswer } from './raw-request'
import { useSignedIn } from './signed-in'

const visit = useSignedIn()
let project: Project
beforeAll(async () => {
  project = Project.parse(await callOverSocket(visit, '/projects/openSample'))
})

interface Sent {
  readonly id?: string
  readonly batch?: string
  readonly body?: string
}

const send = (
  name: string,
  { id = project.id, batch = 'b1', body = 'bytes' }: Sent = {},
): Promise<RawAnswer> =>
  visit.asked({
    method: 'POST',
    path: `/upload/${id}?${new URLSearchParams({ batch, name }).toString()}`,
    headers: { origin: visit.server.origin },
    body,
  })

const bodyOf = ({ text }: RawAnswer): unknown => JSON.parse(/\{.*\}/s.exec(text)?.[0] ?? 'null')

describe('a dropped file', () => {
  test('is put into the project whole, below a folder of its drop', async () => {
    const answer = await send('case 1/série_01.png', { body: 'ä'.repeat(100_000) })

    const path = join(project.folder, 'uploads', 'b1', 'case 1', 'série_01.png')
    expect(bodyOf(answer)).toEqual({ path })
    expect(readFileSync(path, 'utf8')).toBe('ä'.repeat(100_000))
    expect(existsSync(`${path}.part`)).toBe(false)
  })

  test('never replaces another', async () => {
    await send('twice.png', { body: 'first' })

    expect(bodyOf(await send('twice.png', { body: 'second' }))).toMatchObject({ code: 'FILES_EXIST' })
    expect(readFileSync(join(project.folder, 'uploads/b1/twice.png'), 'utf8')).toBe('first')
  })

  test.each([
    '../x.png',
    '../../project.sqlite',
    'a/../../../x.png',
    '..\\x.png',
    'a\\..\\..\\x.png',
    '/etc/x.png',
    '//x.png',
    'a//x.png',
    './x.png',
    'a/./x.png',
    'C:\\x.png',
    'a\u0000.png',
    '',
    '.',
    '..',
    'a/',
    'd/'.repeat(40) + 'x.png',
  ])('named %j is refused', async name => {
    const answer = await send(name)

    expect(answer.status).toBe(422)
    expect(bodyOf(answer)).toMatchObject({ code: 'UNSAFE_NAME' })
  })

  test.each([
    ['a:b?.png', 'a_b_.png'],
    ['CON.png', '_CON.png'],
    ['.hidden', '_hidden'],
    ['line\nbreak.png', 'line_break.png'],
    ['n'.repeat(300) + '.nii.gz', 'n'.repeat(93) + '.nii.gz'],
  ])('named %j gets a name that every system can have', async (name, kept) => {
    const { path } = bodyOf(await send(name, { batch: 'names' })) as { path: string }

    expect(path).toBe([project.folder, 'uploads', 'names', kept].join(sep))
  })

  test.each(['../b', 'a/b', '', 'x'.repeat(100)])('of the drop %j is refused', async batch => {
    expect(bodyOf(await send('x.png', { batch }))).toMatchObject({ code: 'UNSAFE_NAME' })
  })

  test('for a project that is not open is refused', async () => {
    expect(bodyOf(await send('x.png', { id: 'unknown' }))).toMatchObject({ code: 'PROJECT_NOT_OPEN' })
    expect((await send('x.png', { id: '..%2f..' })).status).toBeGreaterThanOrEqual(400)
  })
})
