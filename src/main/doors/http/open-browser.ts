import { spawn } from 'node:child_process'

const commands: Readonly<Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
  linux: ['xdg-open'],
}

/** Opens the default browser where there is one; the address is printed in any case. */
export function openBrowser(url: string): void {
  const [command, ...args] = commands[process.platform] ?? []
  if (command === undefined) return
  const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true })
  child.on('error', () => undefined) // no such program: the user has the printed address
  child.unref()
}
