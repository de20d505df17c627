import { useEventListener } from '@vueuse/core'
import { useDisplayStore } from '../../stores/display'
import type { ToolBench } from './use-tool-host'

/** A key that is let go sooner than this was tapped, not held. */
const tapMs = 250
const typing = 'input, textarea, select, [contenteditable=true], [role=dialog]'

/** Keys that count for as long as they are held: Space pans, W changes the window, S shows the bare slice. */
export function useHeldKeys(bench: ToolBench): void {
  const display = useDisplayStore()
  let bareSince: number | null = null
  let wasBare = false

  useEventListener(window, 'keydown', event => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return
    if (event.code === 'Space' && !isControl(event)) {
      bench.hold('pan')
      event.preventDefault()
    } else if (event.code === 'KeyW') bench.hold('window')
    else if (event.code === 'KeyS') {
      bareSince = performance.now()
      wasBare = display.isBare
      display.isBare = true
    }
  })
  useEventListener(window, 'keyup', event => {
    if (event.code === 'Space' && bench.held.value === 'pan') bench.hold(null)
    else if (event.code === 'KeyW' && bench.held.value === 'window') bench.hold(null)
    else if (event.code === 'KeyS' && bareSince !== null) {
      const isTap = performance.now() - bareSince < tapMs
      display.isBare = isTap ? !wasBare : wasBare
      bareSince = null
    }
  })
  useEventListener(window, 'blur', () => {
    bench.hold(null)
    if (bareSince !== null) display.isBare = wasBare
    bareSince = null
  })
}

function isTyping({ target }: Event): boolean {
  return target instanceof Element && target.closest(typing) !== null
}

/** Space presses a button that has the focus. */
function isControl({ target }: Event): boolean {
  return target instanceof Element && target.closest('button, [role=button], [role=slider]') !== null
}
