import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { PromptPoint } from '../../../shared/domain/prompt'
import type { ToolId } from '../tools/tool'
import { useSettingsStore } from './settings'

const brushRange = { min: 0.5, max: 200 } as const

/** How the stage is worked on and looked at; opacity and outlines are settings and are kept. */
export const useDisplayStore = defineStore('display', () => {
  const settings = useSettingsStore()
  const tool = ref<ToolId>('box')
  const sign = ref<PromptPoint['sign']>('positive')
  /** Pixels of the slice */
  const brushRadius = ref(8)
  /** The bare slice, without masks and prompts */
  const isBare = ref(false)
  /** Outlines of the planes before and after, until the window is closed */
  const showsGhosts = ref(false)
  /** In a narrow window labels and objects are a drawer over the stage */
  const showsInspector = ref(false)
  /** What was done last, for screen readers */
  const message = ref('')

  const opacity = computed(() => settings.settings.maskOpacity)
  const outlineOnly = computed(() => settings.settings.outlineOnly)

  function flipSign(): void {
    sign.value = sign.value === 'positive' ? 'negative' : 'positive'
  }

  /** Larger steps for larger brushes. */
  function resizeBrush(direction: 1 | -1): void {
    const step = Math.max(0.5, Math.round(brushRadius.value * 0.15 * 2) / 2)
    brushRadius.value = Math.min(
      brushRange.max,
      Math.max(brushRange.min, brushRadius.value + direction * step),
    )
  }

  function setOpacity(value: number): void {
    void settings.change({ maskOpacity: Math.min(1, Math.max(0.05, Math.round(value * 100) / 100)) })
  }

  function toggleOutlineOnly(): void {
    void settings.change({ outlineOnly: !outlineOnly.value })
  }

  function say(text: string): void {
    message.value = text
  }

  return {
    tool,
    sign,
    brushRadius,
    isBare,
    showsGhosts,
    showsInspector,
    message,
    opacity,
    outlineOnly,
    flipSign,
    resizeBrush,
    setOpacity,
    toggleOutlineOnly,
    say,
  }
})
