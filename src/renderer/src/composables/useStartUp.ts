import { onMounted, onUnmounted, watch } from 'vue'
import { dispatchKeys } from '../actions/dispatch'
import { registerActions } from '../actions/registry'
import { shellActions } from '../actions/shell-actions'
import { currentView, goTo, isProjectView } from '../router/route'
import { preloadView } from '../router/views'
import { useAppStore } from '../stores/app'
import { useConnectionStore } from '../stores/connection'
import { rememberedFolder } from '../stores/last-project'
import { reportError, useNoticesStore } from '../stores/notices'
import { useProjectStore } from '../stores/project'

/** What the whole window does once: keys, settings, the project of before the page was loaded again. */
export function useStartUp(): void {
  const app = useAppStore()
  const projects = useProjectStore()
  const connection = useConnectionStore()
  const notices = useNoticesStore()
  const ends: (() => void)[] = []

  onMounted(() => {
    ends.push(registerActions(shellActions()), dispatchKeys(window))
    connection.onReconnected(() => void quietly(comeBack))
    void quietly(begin)
  })
  onUnmounted(() => {
    for (const end of ends) end()
  })

  async function begin(): Promise<void> {
    await app.load()
    preloadView('annotate')
    const folder = rememberedFolder()
    if (folder !== null && projects.project === null) await projects.openFolder(folder)
    if (projects.project === null && isProjectView(currentView.value)) goTo('start')
  }

  /** What was under way when the connection was lost is done again, so there is nothing left to say about it. */
  async function comeBack(): Promise<void> {
    notices.close('BACKEND_LOST')
    if (projects.project === null) return begin()
    await app.load()
    await projects.reopen({ anew: false })
  }

  watch(
    () => projects.project?.name,
    name => {
      document.title = name === undefined ? 'SliceTune' : `${name} – SliceTune`
    },
  )
}

async function quietly(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    reportError(error)
  }
}
