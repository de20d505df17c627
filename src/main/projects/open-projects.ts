import type { ProjectSession } from './project-session'

/** Every project that this process has open, by its id. */
export interface OpenProjects {
  /** @throws AppError PROJECT_NOT_OPEN */
  get(id: string): ProjectSession
  /** Opened again, a folder gives the same session. @throws AppError NOT_A_PROJECT, PROJECT_TOO_NEW, CORRUPT_FILE, FOLDER_NOT_FOUND */
  open(folder: string): Promise<ProjectSession>
  /**
   * @param folder - null: a new one named after it in the user's folder
   * @throws AppError PROJECT_EXISTS, FOLDER_NOT_WRITABLE, DISK_FULL
   */
  create(name: string, folder: string | null): Promise<ProjectSession>
  openSample(): Promise<ProjectSession>
  close(id: string): Promise<void>
  all(): readonly ProjectSession[]
  /** Called with each project as it is opened, so that background work can begin */
  onOpened(listener: (session: ProjectSession) => void): void
  onClosing(listener: (session: ProjectSession) => Promise<void>): void
  dispose(): Promise<void>
}
