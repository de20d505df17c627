import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { useApp } from './with-app'

const withApp = useApp()

test('the built window shows its page from a scheme of its own, with nothing of Node in it', async () => {
  await withApp({}, async (electron, page) => {
    const opened = electron.windows[0]
    expect(opened?.options.webPreferences).toMatchObject({
      ...{
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webviewTag: false,
        spellcheck: false,
      },
    })
    expect(existsSync(opened?.options.webPreferences.preload ?? '')).toBe(true)
    expect(electron.privileged).toMatchObject([
      { scheme: 'slicetune', privileges: { secure: true, standard: true } },
    ])
    expect(electron.menus).toEqual([null])
    await expect.poll(() => page.getByRole('main').count()).toBe(1)
    expect(await page.evaluate(() => Object.keys(window.slicetune ?? {}).sort())).toEqual([
      ...['chooseFiles', 'chooseFolder', 'onBackend', 'pathOf', 'reveal', 'version'],
    ])
    expect(await page.evaluate(() => 'require' in window || 'process' in window)).toBe(false)
  })
})

test('refuses to open, go or use anything else', async () => {
  await withApp({}, (electron, page) => {
    const contents = electron.windows[0]?.webContents
    expect(contents?.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
    for (const event of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
      let prevented = false
      contents?.emit(event, { preventDefault: () => (prevented = true) })
      expect(prevented, event).toBe(true)
    }
    const answers: boolean[] = []
    for (const permission of ['media', 'geolocation', 'notifications', 'usb'])
      electron.session.permissionRequest?.(null, permission, allowed => answers.push(allowed))
    expect(answers).toEqual([false, false, false, false])
    expect(electron.session.permissionCheck?.()).toBe(false)
    expect(electron.session.devicePermission?.()).toBe(false)
    return expect(page.title()).resolves.toBe('SliceTune')
  })
})

test('its page loads nothing that lies outside', async () => {
  const outside = [
    ...['/../package.json', '/%2e%2e/package.json', '/..%5cpackage.json', '/assets/../../package.json'],
    ...['/etc/passwd', '/blob/pixels/../../x', '/blob/pixels/unknown/1'],
  ]
  await withApp({ expected: /404|503/ }, async (_electron, page) => {
    // Until the backend is there, nothing is said of blobs.
    const unknown = (): Promise<number> =>
      page.evaluate(async () => (await fetch('/blob/pixels/unknown/1')).status)
    await expect.poll(unknown, { timeout: 30_000 }).toBe(404)
    for (const path of outside) {
      const answer = await page.evaluate(async wanted => {
        const { status, headers } = await fetch(wanted)
        return { status, policy: headers.get('content-security-policy') }
      }, path)

      expect(answer, path).toMatchObject({ status: 404 })
      expect(answer.policy).toContain("default-src 'none'")
    }
  })
})
