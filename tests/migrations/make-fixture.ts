import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { migrations } from '../../src/main/database/migrations'
import { openProjectStore } from '../../src/main/database/project-store'
import { encodeRuns } from '../../src/shared/masks/rle'

/**
 * Makes `tests/fixtures/database/v000N.sqlite`, N the latest form: once, when that form is released. Run it by
 * `node --import ./tests/unit/main/support/source-imports.ts tests/migrations/make-fixture.ts`.
 */
const folder = mkdtempSync(join(tmpdir(), 'slicetune-fixture-'))
const file = join(folder, 'project.sqlite')
const store = openProjectStore(file, { create: true })
store.project.create({ uuid: 'fixture', name: 'Fixture', createdAt: '2026-01-02T03:04:05.678Z' })
store.settings.set('model', 'efficientsam-ti-medical')
const label = store.labels.add('Nerve')
const seriesId = store.series.add({
  ...{ name: 'one', kind: 'volume', path: 'images/one.nii.gz', isCopied: true, bytes: 1000 },
  ...{ sha256: 'ab'.repeat(32), group: 'patient 1', axis: 2, planes: 2, directions: ['L', 'A', 'S'] },
})
const [first = 0, second = 0] = [0, 1].map(plane =>
  store.slices.add({
    ...{ seriesId, name: `one-00${plane}`, plane, width: 4, height: 2 },
    ...{ spacingMm: { x: 0.5, y: 0.25 }, state: 'to-do' },
  }),
)
store.journal.record('box', { slices: [first] }, () => {
  store.annotations.put(first, {
    ...{ id: null, labelId: label.id, runs: encodeRuns(Uint8Array.of(0, 1, 1, 0, 0, 1, 1, 0)) },
    ...{ status: 'accepted', origin: 'model', predictedIou: 0.9, model: 'efficientsam-ti-medical' },
    prompt: { box: { x0: 1, y0: 0, x1: 2, y1: 1 }, points: [{ x: 1, y: 1, sign: 'positive' }] },
    ...{ box: { x0: 1, y0: 0, x1: 2, y1: 1 }, areaPx: 4 },
  })
})
store.journal.record('set-state', { slices: [second] }, () => {
  store.slices.setState(second, 'nothing-here', 'A. Reader')
  store.slices.setWindow(second, { centre: 40, width: 400 })
})
store.close()

const fixture = `v${String(migrations.length).padStart(4, '0')}.sqlite`
const database = new Database(file)
database.pragma('journal_mode = DELETE') // one file, without a journal beside it
database.prepare('VACUUM INTO ?').run(join(import.meta.dirname, '../fixtures/database', fixture))
database.close()
rmSync(folder, { recursive: true })
