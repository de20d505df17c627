import {
  Check,
  CircleSlash,
  Copy,
  Crosshair,
  Expand,
  Eye,
  Fullscreen,
  Grid2x2,
  Layers2,
  PanelRight,
  Search,
  Shrink,
  SkipForward,
  Spline,
  Trash2,
  WandSparkles,
  X,
  ZoomIn,
  ZoomOut,
} from '@lucide/vue'
import { onBeforeUnmount, onMounted } from 'vue'
import type { Action } from '../../actions/action'
import { registerActions } from '../../actions/registry'
import { t, type MessageKey } from '../../locale'
import { useAnnotationStore } from '../../stores/annotation'
import { useDisplayStore } from '../../stores/display'
import { usePaintingStore } from '../../stores/painting'
import { useProjectStore } from '../../stores/project'
import { usePropagationStore } from '../../stores/propagation'
import { useSliceViewStore } from '../../stores/slice-view'
import { useVolumeViewStore } from '../../stores/volume-view'
import { toolKinds } from '../../tools'
import { acceptAndSay, sayNothingHere } from './annotate-commands'
import { isDrawer } from './inspector-drawer'
import { placeClick } from './place-click'
import { repairs } from './repairs'
import { stageActions } from './stage-handle'
import { copyToNext, deleteSelected, drawWith } from './object-commands'

type ViewAction = Omit<Action, 'id' | 'labelKey' | 'scope' | 'defaultKey'>

/** A command of this view: its text is `annotate.action.<name>` unless it is given. */
function action(name: string, labelKey: MessageKey, defaultKey: string | null, rest: ViewAction): Action {
  return { id: `annotate.${name}`, labelKey, defaultKey, scope: 'annotate', ...rest }
}

/** Adds the commands of the Annotate view for as long as it is shown. */
export function useAnnotateActions(): void {
  let remove = (): void => undefined
  onMounted(() => {
    remove = registerActions(annotateActions())
  })
  onBeforeUnmount(() => remove())
}

export function annotateActions(): Action[] {
  return [
    ...toolActions(),
    ...promptActions(),
    ...objectActions(),
    ...sliceActions(),
    ...displayActions(),
    ...labelActions(),
  ]
}

function toolActions(): Action[] {
  const display = useDisplayStore()
  return toolKinds.map(({ id, labelKey, key, icon }) =>
    action(`tool-${id}`, labelKey, key, { icon, run: () => void (display.tool = id) }),
  )
}

function promptActions(): Action[] {
  const annotation = useAnnotationStore()
  const display = useDisplayStore()
  return [
    action('accept', 'annotate.accept', 'Enter', { icon: Check, run: acceptAndSay }),
    action('cancel', 'annotate.cancel', 'Escape', {
      icon: X,
      run: async () => {
        if (stageActions.value?.bench.tool.value.cancel() !== true) await annotation.cancel()
      },
    }),
    action('next-object', 'annotate.nextObject', 'N', { icon: SkipForward, run: () => annotation.leave() }),
    action('flip-sign', 'annotate.flipSign', 'T', {
      run: () => {
        display.flipSign()
        display.say(t(`annotate.sign.${display.sign}`))
      },
    }),
    action('place-click', 'annotate.placeClick', 'K', {
      icon: Crosshair,
      enabled: () => annotation.canDraw,
      run: () => placeClick(display.sign),
    }),
    action('place-red-click', 'annotate.placeRedClick', 'Shift+K', {
      enabled: () => annotation.canDraw,
      run: () => placeClick('negative'),
    }),
    action('nothing-here', 'annotate.nothingHere', '0', { icon: CircleSlash, run: sayNothingHere }),
  ]
}

function objectActions(): Action[] {
  const annotation = useAnnotationStore()
  const painting = usePaintingStore()
  const propagation = usePropagationStore()
  return [
    action('delete', 'annotate.delete', 'Delete Backspace', {
      icon: Trash2,
      enabled: () => annotation.selectedId !== null,
      run: deleteSelected,
    }),
    ...repairs.map(({ action: name, labelKey, icon, change }) =>
      action(name, labelKey, null, {
        icon,
        enabled: () => painting.isPossible,
        run: () => painting.repair(name, change),
      }),
    ),
    action('copy-to-next', 'annotate.copyToNext', 'C', { icon: Copy, run: copyToNext }),
    action('propagate', 'annotate.propagate', 'Shift+P', {
      icon: WandSparkles,
      enabled: () => propagation.isPossible,
      run: async () => {
        if (propagation.isOpen) await propagation.run()
        else propagation.isOpen = true
      },
    }),
    action('weakest', 'annotate.goToWeakest', 'U', {
      enabled: () => propagation.weakest !== null,
      run: () => {
        if (propagation.weakest !== null) void useSliceViewStore().open(propagation.weakest)
      },
    }),
  ]
}

function sliceActions(): Action[] {
  const view = useSliceViewStore()
  const volume = useVolumeViewStore()
  const go = (by: number) => ({ repeats: true, run: () => void view.step(by) })
  return [
    action('find-slice', 'annotate.findSlice', 'Ctrl+F', { icon: Search, run: focusSearch }),
    action('next-slice', 'annotate.nextSlice', 'PageDown ArrowDown', go(1)),
    action('previous-slice', 'annotate.previousSlice', 'PageUp ArrowUp', go(-1)),
    action('three-planes', 'annotate.threePlanes', 'Shift+V', {
      icon: Grid2x2,
      enabled: () => volume.volume !== null,
      run: () => void (volume.showsThree = !volume.showsThree),
    }),
    action('next-image', 'annotate.nextImage', 'D', { repeats: true, run: () => void view.stepSeries(1) }),
    action('previous-image', 'annotate.previousImage', 'A', {
      repeats: true,
      run: () => void view.stepSeries(-1),
    }),
  ]
}

/** The list is a thumbnail strip without a search where the window is narrow. */
function focusSearch(): void {
  document.querySelector<HTMLElement>('[data-landmark=list] input[type=search]')?.focus()
}

function displayActions(): Action[] {
  const display = useDisplayStore()
  const volume = useVolumeViewStore()
  const zoom = (factor: number) => ({ repeats: true, run: () => stageActions.value?.zoom(factor) })
  return [
    action('masks', 'annotate.showMasks', null, {
      icon: Eye,
      run: () => void (display.isBare = !display.isBare),
    }),
    action('outline-only', 'annotate.outlineOnly', 'O', { icon: Spline, run: display.toggleOutlineOnly }),
    action('ghosts', 'annotate.ghosts', 'Shift+G', {
      icon: Layers2,
      enabled: () => volume.volume !== null,
      run: () => void (display.showsGhosts = !display.showsGhosts),
    }),
    action('inspector', 'annotate.inspector.toggle', 'Ctrl+B', {
      icon: PanelRight,
      enabled: isDrawer,
      run: () => void (display.showsInspector = !display.showsInspector),
    }),
    action('fainter', 'annotate.fainter', '-', {
      repeats: true,
      run: () => display.setOpacity(display.opacity - 0.05),
    }),
    action('stronger', 'annotate.stronger', '=', {
      repeats: true,
      run: () => display.setOpacity(display.opacity + 0.05),
    }),
    action('smaller-brush', 'annotate.smallerBrush', '[', {
      icon: Shrink,
      repeats: true,
      run: () => display.resizeBrush(-1),
    }),
    action('larger-brush', 'annotate.largerBrush', ']', {
      icon: Expand,
      repeats: true,
      run: () => display.resizeBrush(1),
    }),
    action('zoom-in', 'annotate.zoomIn', 'Ctrl+Alt+= +', { icon: ZoomIn, ...zoom(1.25) }),
    action('zoom-out', 'annotate.zoomOut', 'Ctrl+Alt+- _', { icon: ZoomOut, ...zoom(0.8) }),
    action('fit', 'annotate.fit', 'F', { icon: Fullscreen, run: () => stageActions.value?.fit() }),
  ]
}

const digits = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const

/** Digits choose the label that is drawn next, and relabel the object that is chosen. */
function labelActions(): Action[] {
  const project = useProjectStore()
  return digits.map((digit, index) =>
    action(`label-${digit}`, `annotate.label.${digit}`, digit, {
      isHidden: true,
      enabled: () => project.labels.some(({ key }) => key === index + 1),
      run: async () => {
        const label = project.labels.find(({ key }) => key === index + 1)
        if (label !== undefined) await drawWith(label.id)
      },
    }),
  )
}
