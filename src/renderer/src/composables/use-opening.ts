import { t } from '../locale'
import { goTo } from '../router/route'
import { useAppStore } from '../stores/app'
import { useDesktopStore } from '../stores/desktop'
import type { ImportSource } from '../stores/import-source'
import { useImportsStore } from '../stores/imports'
import { reportError } from '../stores/notices'
import { useProjectStore } from '../stores/project'
import { useShellStore } from '../stores/shell'
import { folderName } from './paths'

export interface Opening {
  trySample(): Promise<void>
  /** A dialog of the system or our own, then the folder's project, or an import of what is in it */
  chooseFolder(): Promise<void>
  chooseProject(): Promise<void>
  /** A project is opened; any other folder is read into a new one */
  openPath(path: string): Promise<void>
  openProject(folder: string): Promise<void>
  /** More files for the open project */
  addTo(source: Partial<ImportSource>): void
}

/** The ways from the Start view into a project. Errors are shown, none is thrown. */
export function useOpening(): Opening {
  const app = useAppStore()
  const projects = useProjectStore()
  const imports = useImportsStore()
  const shell = useShellStore()
  const desktop = useDesktopStore()

  async function openProject(folder: string): Promise<void> {
    await projects.openFolder(folder)
    goTo('annotate')
  }

  async function openPath(path: string): Promise<void> {
    try {
      await openProject(path)
    } catch (error) {
      if (!isNoProject(error)) throw error
      imports.begin({ paths: [path] }, folderName(path))
      goTo('import')
    }
  }

  async function choose(own: 'folder' | 'project', use: (path: string) => Promise<void>): Promise<void> {
    if (!app.capabilities.dialogs) {
      shell.open(own)
      return
    }
    const path = await desktop.chooseFolder(
      own === 'folder' ? t('action.openFolder') : t('action.openProject'),
    )
    if (path !== null) await use(path)
  }

  return {
    trySample: shown(async () => {
      await projects.openSample()
      goTo('annotate')
    }),
    chooseFolder: shown(() => choose('folder', openPath)),
    chooseProject: shown(() => choose('project', openProject)),
    openPath: shown(openPath),
    openProject: shown(openProject),
    addTo: source => {
      imports.begin(source, null)
      goTo('import')
    },
  }
}

function shown<A extends readonly unknown[]>(
  work: (...args: A) => Promise<void>,
): (...args: A) => Promise<void> {
  return async (...args) => {
    try {
      await work(...args)
    } catch (error) {
      reportError(error)
    }
  }
}

function isNoProject(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'NOT_A_PROJECT'
}
