import { ORPCError } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { Desktop, DroppedFile } from './desktop'
import { untilLost } from './until-lost'
import type { Wire } from './wire'

const firstWaitMs = 250
const longestWaitMs = 5_000

/** The browser's door: one WebSocket, opened again after each loss, sooner at first and then less often. */
export function connectWebSocket(): Wire {
  return {
    desktop,
    onLink: listener => {
      let waitMs = firstWaitMs
      const open = (): void => {
        const socket = new WebSocket(new URL('/rpc', location.href.replace(/^http/, 'ws')))
        const lost = new AbortController()
        let wasOpen = false
        socket.addEventListener('open', () => {
          wasOpen = true
          waitMs = firstWaitMs
          listener(untilLost(new RPCLink({ websocket: socket }), lost.signal), 'connected')
        })
        socket.addEventListener('close', () => {
          lost.abort()
          listener(null, 'lost')
          if (!wasOpen) void isSignedOut().then(yes => yes && listener(null, 'signed-out'))
          setTimeout(open, waitMs)
          waitMs = Math.min(waitMs * 2, longestWaitMs)
        })
      }
      open()
    },
  }
}

/** A socket does not say why it was refused: a server that was started anew knows no cookie of before. */
const isSignedOut = (): Promise<boolean> =>
  fetch('/', { method: 'HEAD' }).then(
    answer => answer.status === 401,
    () => false,
  )

/** A browser has no dialogs for paths (`folders.list` stands in), and of dropped files it gives the bytes alone. */
const desktop: Desktop = {
  chooseFolder: () => Promise.resolve(null),
  chooseFiles: () => Promise.resolve([]),
  reveal: () => Promise.resolve(),
  pathsOf: async (project, files, { signal, onProgress } = {}) => {
    const batch = crypto.randomUUID()
    const paths: string[] = []
    for (const file of files) {
      paths.push(await upload(project, batch, file, signal))
      onProgress?.(paths.length, files.length)
    }
    return paths
  },
}

async function upload(
  project: string,
  batch: string,
  { file, path }: DroppedFile,
  signal: AbortSignal | undefined,
): Promise<string> {
  const query = new URLSearchParams({ batch, name: path })
  const response = await fetch(`/upload/${encodeURIComponent(project)}?${query}`, {
    method: 'POST',
    body: file,
    ...(signal && { signal }),
  })
  const answer: unknown = await response.json()
  if (response.ok && hasText(answer, 'path')) return answer.path
  throw hasText(answer, 'code')
    ? new ORPCError(answer.code, { defined: true, data: 'data' in answer ? answer.data : {} })
    : new Error(`The upload was answered by ${response.status}`)
}

const hasText = <K extends string>(value: unknown, key: K): value is Record<K, string> =>
  typeof value === 'object' &&
  value !== null &&
  key in value &&
  typeof (value as Record<K, unknown>)[key] === 'string'
