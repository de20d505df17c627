import { RPCLink } from '@orpc/client/message-port'
import type { Desktop } from './desktop'
import { untilLost } from './until-lost'
import type { Wire } from './wire'

/** The window's door: a channel whose other end the preload script hands to the backend, anew for each backend. */
export function connectElectron(door: PreloadDoor): Wire {
  return {
    desktop: desktopOf(door),
    onLink: listener => {
      let lost = new AbortController()
      door.onBackend(state => {
        lost.abort()
        if (state !== 'ready') return listener(null, state === 'starting' ? 'connecting' : state)
        lost = new AbortController()
        listener(untilLost(openLink(lost.signal), lost.signal), 'connected')
      })
    },
  }
}

function openLink(lost: AbortSignal): RPCLink<object> {
  const { port1, port2 } = new MessageChannel()
  const link = new RPCLink({ port: port1 })
  // The library ends calls when their port closes, which one whose other end died does not always tell.
  lost.addEventListener('abort', () => {
    port1.dispatchEvent(new Event('close'))
    port1.close()
  })
  port1.start()
  window.postMessage('slicetune:connect', '/', [port2]) // the preload script takes it from there
  return link
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
