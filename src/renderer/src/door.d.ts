/** What the preload script gives the page in the window; a browser has none of it. */
interface PreloadDoor {
  readonly version: string
  /** Path of a dropped file; empty for one that lies nowhere */
  pathOf(file: File): string
  chooseFolder(title: string): Promise<string | null>
  chooseFiles(title: string, extensions: readonly string[]): Promise<readonly string[]>
  reveal(path: string): Promise<void>
  /** Called with the state of now and each that follows. `ready`: it takes connections */
  onBackend(listener: (state: 'starting' | 'ready' | 'restarting' | 'stopped') => void): void
}

interface Window {
  readonly slicetune?: PreloadDoor
}
