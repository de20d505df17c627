import { join } from 'node:path'
import { expect, test } from 'vitest'
import { standInForElectron } from './electron-stand-in'
import { useApp } from './with-app'
import { withBrowser } from '../browser'

const withApp = useApp()

test('a folder and files are chosen in native dialogs', async () => {
  const choices = [['/data/ct'], null, ['/data/a.nii.gz', '/data/b.png'], null]
  await withApp({ choices }, async (electron, page) => {
    const answers = await page.evaluate(async () => [
      await window.slicetune?.chooseFolder('Open a folder'),
      await window.slicetune?.chooseFolder('Open a folder'),
      await window.slicetune?.chooseFiles('Import', ['nii', 'nii.gz', 'png']),
      await window.slicetune?.chooseFiles('Import', ['png']),
    ])

    expect(answers).toEqual(['/data/ct', null, ['/data/a.nii.gz', '/data/b.png'], []])
    expect(electron.dialogs.slice(0, 3)).toEqual([
      { title: 'Open a folder', properties: ['openDirectory', 'createDirectory'] },
      { title: 'Open a folder', properties: ['openDirectory', 'createDirectory'] },
      {
        title: 'Import',
        properties: ['openFile', 'multiSelections'],
        filters: [{ name: 'SliceTune', extensions: ['nii', 'gz', 'png'] }],
      },
    ])
  })
})

test('files are shown in the file manager by their absolute path only', async () => {
  await withApp({}, async (electron, page) => {
    const refused = await page.evaluate(async () => {
      await window.slicetune?.reveal('/data/ct/masks')
      return window.slicetune?.reveal('../../x').then(
        () => null,
        (error: unknown) => String(error),
      )
    })

    expect(electron.revealed).toEqual(['/data/ct/masks'])
    expect(refused).toContain('Error invoking remote method')
  })
})

test('the page learns the paths of dropped files', async () => {
  await withApp({ droppedPaths: { 'a.png': '/data/a.png' } }, async (_electron, page) => {
    const paths = await page.evaluate(() =>
      ['a.png', 'made-here.png'].map(name => window.slicetune?.pathOf(new File([], name))),
    )

    expect(paths).toEqual(['/data/a.png', ''])
  })
})

test('a page that is not ours is not heard', async () => {
  await withApp({ choices: [['/data']] }, async (electron, page) => {
    const window = electron.windows[0]
    const foreign = {
      sender: window?.webContents,
      senderFrame: { url: 'https://evil.example/' },
      ports: [],
    }
    await page.evaluate(() => document.title)

    await expect(electron.invoke('slicetune:choose-folder', foreign, 'x')).rejects.toThrow('Only the page')
    await expect(electron.invoke('slicetune:reveal', foreign, '/etc')).rejects.toThrow('Only the page')
    expect(electron.dialogs).toEqual([])
    expect(electron.revealed).toEqual([])
  })
})

test('started a second time, it shows the window that is there', async () => {
  await withApp({}, async (electron, page) => {
    electron.app.emit('second-instance')
    electron.app.emit('activate')

    expect(electron.windows).toHaveLength(1)
    expect(electron.windows[0]?.focused).toBe(1)
    expect(await page.title()).toBe('SliceTune')
  })
})

test('the second one ends at once, with no window and no backend', async () => {
  await withBrowser({ size: { width: 800, height: 600 }, locale: 'en-GB' }, async context => {
    const electron = standInForElectron({ context, isSecond: true })
    try {
      await electron.start(join(process.cwd(), 'out/main/index.js'))

      expect(electron.hasQuit()).toBe(true)
      expect(electron.windows).toEqual([])
      expect(electron.backends).toEqual([])
    } finally {
      electron.stop()
    }
  })
})

test('closing the last window ends the app, but on macOS', async () => {
  await withApp({}, async electron => {
    electron.app.emit('window-all-closed')

    if (process.platform !== 'darwin')
      await expect.poll(() => electron.hasQuit(), { timeout: 30_000 }).toBe(true)
  })
})
