import type { MessagePortMain, ParentPort } from 'electron'
import type { Backend } from '../../backend'
import { serveBlob } from '../serve-blob'
import { createConnections, type Connection } from '../serve-connection'
import type { FromBackend, ToBackend } from './backend-messages'

/**
 * The backend's end of the window's door: pages call through ports that the main process hands over, and their blobs are
 * asked for by the main process itself, whose protocol serves them.
 *
 * @param exit - ends this process; called when nothing runs in it any more, since leaving earlier aborts a native run
 */
export function serveWindow(parent: ParentPort, backend: Backend, exit: () => void): void {
  const serve = createConnections(backend)
  const tell = (message: FromBackend): void => parent.postMessage(message)
  parent.on('message', ({ data, ports }) => {
    const message = data as ToBackend // a boundary: only our own main process has the other end
    if (message.kind === 'connect') {
      const port = ports[0]
      if (port === undefined) return
      serve(connectionOf(port))
      port.start()
    } else if (message.kind === 'blob') {
      void answerBlob(message.id, message.path)
    } else {
      void backend.close().finally(exit)
    }
  })
  backend.context.trainings.onActivity(isActive => tell({ kind: 'training', isActive }))
  tell({ kind: 'ready' })

  async function answerBlob(id: number, path: string): Promise<void> {
    const response = await serveBlob(path, backend.readBlob)
    const bytes = new Uint8Array(await response.arrayBuffer())
    tell({ kind: 'blob', id, status: response.status, headers: [...response.headers], bytes })
  }
}

function connectionOf(port: MessagePortMain): Connection {
  return {
    send: message => port.postMessage(message),
    onMessage: listener => port.on('message', ({ data }) => listener(data)),
    onClose: listener => port.on('close', listener),
    refuse: () => port.close(),
  }
}
