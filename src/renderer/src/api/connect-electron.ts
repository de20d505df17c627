import { RPCLink } from '@orpc/client/message-port'
import type { Wire } from './client'
import type { Desktop } from './desktop'
import { untilLost } from './until-lost'

/** The window's door: a channel whose other end the preload script hands to the backend, anew for each backend. */
export function connectElectron(door: PreloadDoor): Wire {
  return {
    desktop: desktopOf(door),
    onLink: listener => {
      let lost = new AbortController()
      door.onBackend(state => {
        lost.abort()
        if (state !== 'ready') return listener(null, state)
        lost = new AbortController()
        const { port1, port2 } = new MessageChannel()
        const link = new RPCLink({ port: port1 })
        // The library's ends of calls are told by the port's close, which a process that died cannot send.
        lost.signal.addEventListener('abort', () => {
          port1.dispatchEvent(new Event('close'))
          port1.close()
        })
        port1.start()
        door.connect(port2)
        listener(untilLost(link, lost.signal), 'connected')
      })
    },
  }
}

function desktopOf(door: PreloadDoor): Desktop {
  return {
    chooseFolder: title => door.chooseFolder(title),
    chooseFiles: (title, extensions) => door.chooseFiles(title, extensions),
    reveal: path => door.reveal(path),
    pathsOf: (_project, files) =>
      Promise.resolve(files.map(({ file }) => door.pathOf(file)).filter(path => path !== '')),
  }
}
