import { Hono, type Context } from 'hono'
import { AppError, isAppError } from '../../../shared/errors'
import type { Backend } from '../../backend'
import { log } from '../../log'
import { pageHeaders } from '../page-headers'
import { serveBlob } from '../serve-blob'
import type { ServeStatic } from '../static-files'
import { claimsOf, foreignness, type OwnAddress } from './own-address'
import { goHome, notSignedIn, refusalPage, refused } from './plain-pages'
import type { Sessions } from './sessions'
import { receiveUpload } from './upload'

export interface HttpAppOptions {
  readonly backend: Pick<Backend, 'context' | 'readBlob'>
  readonly own: OwnAddress
  readonly sessions: Sessions
  readonly serveStatic: ServeStatic
  readonly uploadLimitBytes: number
  /** Called when a token was used, so that the next one can be told */
  readonly onSignedIn: () => void
}

/** Everything that the browser door answers, but for the socket: nothing at all before the checks below. */
export function createHttpApp(options: HttpAppOptions): Hono {
  const { backend, own, serveStatic } = options
  const headers = Object.entries(pageHeaders(own.sockets))
  const app = new Hono()

  app.use(async (c, next) => {
    const refusal = refusalOf(c, options)
    if (refusal !== null) c.res = refusal
    else await next()
    // A fresh Response, because those of some sources have headers that cannot be changed.
    c.res = new Response(c.res.body, c.res)
    for (const [name, value] of headers) c.res.headers.set(name, value)
  })
  app.get('/blob/*', c => serveBlob(pathOf(c), backend.readBlob))
  app.post('/upload/:project', c => upload(c, options))
  app.get('*', async c => (await serveStatic(pathOf(c))) ?? c.notFound())
  app.notFound(c =>
    c.html(refusalPage('Not found', 'There is nothing at this address. Open / instead.'), 404),
  )
  app.onError((error, c) => {
    log.error({ err: error }, 'A request failed')
    return c.html(refusalPage('Fault', 'This is a fault in SliceTune. Its log says more.'), 500)
  })
  return app
}

/** @returns what is answered instead, or null where the request may pass */
function refusalOf(c: Context, options: HttpAppOptions): Response | null {
  const { own, sessions } = options
  const method = c.req.method
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST')
    return c.html(refused('it reads or posts, nothing else'), 405)
  const token = pathOf(c) === '/' && method === 'GET' ? c.req.query('token') : undefined
  const claims = claimsOf(name => c.req.header(name) ?? null)
  // The address with the token may be clicked anywhere, also in a terminal that is a web page: it is the secret.
  const checked = token === undefined ? claims : { ...claims, site: null }
  const reason = foreignness(checked, own, method === 'POST')
  if (reason !== null) return c.html(refused(reason), 403)
  const isKnown = sessions.isKnown(c.req.header('cookie') ?? null)
  if (token !== undefined)
    return signIn(token, { isKnown, site: claims.site }, options) ?? c.html(notSignedIn, 401)
  return isKnown ? null : c.html(notSignedIn, 401)
}

interface Visitor {
  readonly isKnown: boolean
  readonly site: string | null
}

/** A used address opened again where it has been used is no reason to turn anyone away. */
function signIn(token: string, { isKnown, site }: Visitor, options: HttpAppOptions): Response | null {
  const { sessions, onSignedIn } = options
  const cookie = sessions.exchange(token)
  if (cookie === null && !isKnown) return null
  if (cookie !== null) onSignedIn()
  const headers = { 'cache-control': 'no-store', ...(cookie !== null && { 'set-cookie': cookie }) }
  if (site === null || site === 'none' || site === 'same-origin')
    return new Response(null, { status: 303, headers: { ...headers, location: '/' } })
  // A browser that comes from another site would not show the cookie to a redirect; a page of ours may lead on.
  return new Response(goHome, { headers: { ...headers, 'content-type': 'text/html; charset=utf-8' } })
}

/** As it was sent: an escaped `..` must not become one. */
const pathOf = (c: Context): string => new URL(c.req.url).pathname

async function upload(c: Context, { backend, uploadLimitBytes }: HttpAppOptions): Promise<Response> {
  try {
    const project = backend.context.projects.get(c.req.param('project') ?? '')
    project.assertEditable()
    project.store.assertInPlace()
    const body = c.req.raw.body
    const name = c.req.query('name') ?? ''
    if (body === null) throw new AppError('CORRUPT_FILE', { file: name, reason: 'it is empty' })
    const limits = { folder: project.folder, limitBytes: uploadLimitBytes }
    const path = await receiveUpload({ ...limits, batch: c.req.query('batch') ?? '', name, body })
    return c.json({ path })
  } catch (error) {
    if (!isAppError(error)) throw error
    const { code, data, message } = error
    return c.json({ code, data, message }, code === 'FILE_TOO_LARGE' ? 413 : 422)
  }
}
