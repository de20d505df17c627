import type { Page } from 'playwright-core'

export interface PageAnswer {
  /** Of the call; 200 where it went well */
  readonly status: number
  readonly body: unknown
}

/** Makes a call of the contract as the page does, over a channel of its own. */
export function callFromPage(page: Page, path: string, input?: unknown): Promise<PageAnswer> {
  return page.evaluate(
    ([to, given]) =>
      new Promise<PageAnswer>((resolve, reject) => {
        setTimeout(() => reject(new Error('no answer')), 60_000)
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = ({ data }: MessageEvent<string>) => {
          const { p } = JSON.parse(data) as { p: { s?: number; b?: { json?: unknown } } }
          resolve({ status: p.s ?? 200, body: p.b?.json ?? null })
        }
        window.postMessage('slicetune:connect', '/', [port2])
        port1.postMessage(JSON.stringify({ i: '1', p: { u: to, b: { json: given } } }))
      }),
    [path, input] as const,
  )
}

/** Whether a channel still answers after a message that our page never sends. */
export function answersAfter(page: Page, message: unknown): Promise<boolean> {
  return page.evaluate(
    given =>
      new Promise<boolean>(resolve => {
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => resolve(true)
        window.postMessage('slicetune:connect', '/', [port2])
        port1.postMessage(given)
        port1.postMessage('{"i":"2","p":{"u":"/projects/recent","b":{}}}')
        setTimeout(() => resolve(false), 1500)
      }),
    message,
  )
}
