/** What a door does besides the contract. `system.info` says which of it there is. */
export interface Desktop {
  /** A native dialog. @returns null: closed without a choice, or there are none at this door */
  chooseFolder(title: string): Promise<string | null>
  /** @param extensions - without dots; @returns an empty list: closed without a choice */
  chooseFiles(title: string, extensions: readonly string[]): Promise<readonly string[]>
  /** Shows a file in the system's file manager. */
  reveal(path: string): Promise<void>
  /**
   * Paths of files that were dropped, as `imports.add` takes them: their own, or where their bytes were put in the
   * project. A folder's files come one by one, with their `webkitRelativePath` or the given path.
   *
   * @throws ORPCError with code and data, as every call
   */
  pathsOf(project: string, files: readonly DroppedFile[], options?: PathsOptions): Promise<readonly string[]>
}

export interface DroppedFile {
  readonly file: File
  /** Below the folder that was dropped, with `/`; the file's name where it was dropped itself */
  readonly path: string
}

export interface PathsOptions {
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, total: number) => void
}
