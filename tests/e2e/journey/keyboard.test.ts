import { expect, test } from 'vitest'
import { startAppServer } from '../app-server'
import { complaintsOf, withBrowser } from '../browser'
import { Keyboard } from './keyboard'
import { KeyboardWalk } from './keyboard-walk'

test(
  'a slice is found, boxed, corrected and accepted, a model tuned, judged and taken, and all exported, by keyboard alone',
  { timeout: 900_000 },
  async () => {
    const server = await startAppServer()
    try {
      await withBrowser({ size: { width: 1440, height: 900 }, locale: 'en-GB' }, async context => {
        const page = await context.newPage()
        const complaints = complaintsOf(page)
        await page.goto(server.address())
        const walk = new KeyboardWalk(new Keyboard(page))
        await walk.openSample()
        await walk.annotate()
        await walk.tune()
        await walk.judge()
        await walk.export()
        expect(complaints.filter(complaint => !complaint.endsWith('ERR_ABORTED'))).toEqual([])
      })
    } finally {
      await server.stop()
    }
  },
)
