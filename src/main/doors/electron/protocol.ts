import { protocol } from 'electron'
import { pageHeaders } from '../page-headers'
import { createStaticFiles } from '../static-files'

const scheme = 'slicetune'

/** Of the window's page. Blobs lie below it, as at the browser's door. */
export const pageAddress = `${scheme}://app/`

/** Before the app is ready: a scheme with an origin of its own, which `file:` has not. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true } },
  ])
}

export interface Page {
  /** Folder of the built page */
  readonly folder: string
  readonly readBlob: (path: string) => Promise<Response>
}

export function servePage({ folder, readBlob }: Page): void {
  const serveStatic = createStaticFiles(folder)
  protocol.handle(scheme, async request => {
    const { host, pathname } = new URL(request.url)
    const isOurs = host === new URL(pageAddress).host && request.method === 'GET'
    const found = isOurs
      ? pathname.startsWith('/blob/')
        ? await readBlob(pathname)
        : await serveStatic(pathname)
      : null
    const response = found ?? new Response('There is nothing at this address.', { status: 404 })
    for (const [name, value] of Object.entries(pageHeaders())) response.headers.set(name, value)
    return response
  })
}
