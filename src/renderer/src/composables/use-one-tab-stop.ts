import { useEventListener } from '@vueuse/core'
import { onMounted, type ShallowRef } from 'vue'

const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }

/** The buttons of a toolbar are one stop of Tab; arrows, Home and End go from one to the next. */
export function useOneTabStop(bar: Readonly<ShallowRef<HTMLElement | null>>): void {
  const buttons = (): HTMLElement[] => [...(bar.value?.querySelectorAll<HTMLElement>('button') ?? [])]

  function settle(stop: EventTarget | null | undefined): void {
    for (const button of buttons()) button.tabIndex = button === stop ? 0 : -1
  }

  useEventListener(bar, 'focusin', ({ target }) => settle(target))
  useEventListener(bar, 'keydown', event => {
    const all = buttons()
    const at = all.indexOf(event.target as HTMLElement)
    const step = steps[event.key]
    const next = event.key === 'Home' ? 0 : event.key === 'End' ? -1 : step === undefined ? null : at + step
    if (at === -1 || next === null) return
    event.preventDefault()
    event.stopPropagation()
    all.at(next % all.length)?.focus()
  })
  onMounted(() => settle(bar.value?.querySelector('button[aria-pressed=true]') ?? buttons()[0]))
}
