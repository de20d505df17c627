import {
  Box,
  Download,
  FolderOpen,
  Keyboard,
  Languages,
  LogOut,
  Moon,
  Redo2,
  Search,
  Settings,
  Tags,
  Undo2,
} from '@lucide/vue'
import type { EditAction } from '../../../shared/domain/project'
import { locale, t } from '../locale'
import { useOpening } from '../composables/use-opening'
import { goTo, projectViews, type ProjectView } from '../router/route'
import { viewComponent } from '../router/views'
import { useDisplayStore } from '../stores/display'
import { useProjectStore } from '../stores/project'
import { useSettingsStore } from '../stores/settings'
import { useShellStore } from '../stores/shell'
import { theme } from '../theme'
import type { Action } from './action'
import { moveToLandmark } from './landmarks'

/** Commands that belong to no view. */
export function shellActions(): readonly Action[] {
  return [...windowActions(), ...goActions(), ...projectActions(), ...exchangeActions(), ...historyActions()]
}

function windowActions(): readonly Action[] {
  const shell = useShellStore()
  const settings = useSettingsStore()
  const everywhere = { scope: 'everywhere' } as const
  return [
    {
      ...everywhere,
      id: 'shell.palette',
      labelKey: 'action.palette',
      icon: Search,
      defaultKey: 'Ctrl+K',
      isHidden: true,
      run: () => shell.open('palette'),
    },
    {
      ...everywhere,
      id: 'shell.keys',
      labelKey: 'action.cheatSheet',
      icon: Keyboard,
      defaultKey: '? F1',
      run: () => shell.open('keys'),
    },
    {
      ...everywhere,
      id: 'shell.next-landmark',
      labelKey: 'action.nextLandmark',
      defaultKey: 'F6',
      isHidden: true,
      run: () => moveToLandmark(1),
    },
    {
      ...everywhere,
      id: 'shell.previous-landmark',
      labelKey: 'action.previousLandmark',
      defaultKey: 'Shift+F6',
      isHidden: true,
      run: () => moveToLandmark(-1),
    },
    {
      ...everywhere,
      id: 'shell.theme',
      labelKey: 'action.toggleTheme',
      icon: Moon,
      defaultKey: null,
      run: () => settings.change({ theme: theme.value === 'dark' ? 'light' : 'dark' }),
    },
    {
      ...everywhere,
      id: 'shell.language',
      labelKey: 'action.switchLanguage',
      icon: Languages,
      defaultKey: null,
      run: () => settings.change({ language: locale.value === 'en' ? 'zh-CN' : 'en' }),
    },
  ]
}

const goKeys = {
  annotate: 'action.goAnnotate',
  tune: 'action.goTune',
  review: 'action.goReview',
  models: 'action.goModels',
} as const satisfies Record<ProjectView, string>

function goActions(): readonly Action[] {
  const projects = useProjectStore()
  return projectViews.map((view, at): Action => ({
    id: `shell.go-${view}`,
    labelKey: goKeys[view],
    defaultKey: `Alt+${at + 1}`,
    scope: 'everywhere',
    enabled: () => projects.project !== null && viewComponent(view) !== null,
    run: () => goTo(view),
  }))
}

function projectActions(): readonly Action[] {
  const projects = useProjectStore()
  const opening = useOpening()
  const isOpen = (): boolean => projects.project !== null
  return [
    {
      id: 'shell.settings',
      labelKey: 'action.goSettings',
      icon: Settings,
      defaultKey: 'Ctrl+,',
      scope: 'everywhere',
      run: () => goTo('settings'),
    },
    {
      id: 'shell.open-folder',
      labelKey: 'action.openFolder',
      icon: FolderOpen,
      defaultKey: 'Ctrl+O',
      scope: 'everywhere',
      run: () => opening.chooseFolder(),
    },
    {
      id: 'shell.open-project',
      labelKey: 'action.openProject',
      icon: Box,
      defaultKey: 'Ctrl+Shift+O',
      scope: 'everywhere',
      run: () => opening.chooseProject(),
    },
    {
      id: 'shell.close-project',
      labelKey: 'action.closeProject',
      icon: LogOut,
      defaultKey: null,
      scope: 'everywhere',
      enabled: isOpen,
      run: async () => {
        goTo('start')
        await projects.close()
      },
    },
  ]
}

/** What comes in and goes out besides images. */
function exchangeActions(): readonly Action[] {
  const projects = useProjectStore()
  const shell = useShellStore()
  return [
    {
      id: 'shell.import-labels',
      labelKey: 'action.importLabels',
      icon: Tags,
      defaultKey: 'Ctrl+I',
      scope: 'everywhere',
      enabled: () => projects.canEdit,
      run: () => shell.open('labels'),
    },
    {
      id: 'shell.export',
      labelKey: 'action.export',
      icon: Download,
      defaultKey: 'Ctrl+E',
      scope: 'everywhere',
      enabled: () => projects.project !== null,
      run: () => shell.open('export'),
    },
  ]
}

function historyActions(): readonly Action[] {
  const projects = useProjectStore()
  const history = { scope: ['annotate', 'review'], repeats: true } as const
  return [
    {
      ...history,
      id: 'shell.undo',
      labelKey: 'action.undo',
      icon: Undo2,
      defaultKey: 'Ctrl+Z',
      enabled: () => projects.canEdit && projects.undoState.undo !== null,
      run: () => sayAfter('shell.undone', projects.undoState.undo, projects.undo()),
    },
    {
      ...history,
      id: 'shell.redo',
      labelKey: 'action.redo',
      icon: Redo2,
      defaultKey: 'Ctrl+Shift+Z Ctrl+Y',
      enabled: () => projects.canEdit && projects.undoState.redo !== null,
      run: () => sayAfter('shell.redone', projects.undoState.redo, projects.redo()),
    },
  ]
}

/** What was said last is not true any more. */
async function sayAfter(
  key: 'shell.undone' | 'shell.redone',
  what: EditAction | null,
  work: Promise<unknown>,
): Promise<void> {
  await work
  if (what !== null) useDisplayStore().say(t(key, { what: t(`undo.${what}`) }))
}
