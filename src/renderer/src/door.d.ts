/** What the preload script gives the page in the window; a browser has none of it. */
interface PreloadDoor {
  readonly version: string
  /** Path of a dropped file; empty for one that lies nowhere */
  pathOf(file: File): string
  chooseFolder(title: string): Promise<string | null>
  chooseFiles(title: string, extensions: readonly string[]): Promise<readonly string[]>
  reveal(path: string): Promise<void>
  /** Hands one end of a channel to the backend. */
  connect(port: MessagePort): void
  /** `ready`: it takes connections; also told at once when it does so already */
  onBackend(listener: (state: 'ready' | 'restarting' | 'stopped') => void): void
}

interface Window {
  readonly slicetune?: PreloadDoor
}
