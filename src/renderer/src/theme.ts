import { computed, ref, watchEffect } from 'vue'

export type Theme = 'dark' | 'light'

/** Dark unless chosen otherwise: slices are judged against black. */
export const chosenTheme = ref<Theme | 'system'>('dark')

const systemIsLight = ref(false)

export const theme = computed<Theme>(() => {
  if (chosenTheme.value !== 'system') return chosenTheme.value
  return systemIsLight.value ? 'light' : 'dark'
})

if (typeof window !== 'undefined') {
  const query = window.matchMedia('(prefers-color-scheme: light)')
  systemIsLight.value = query.matches
  query.addEventListener('change', event => {
    systemIsLight.value = event.matches
  })
  watchEffect(() => {
    document.documentElement.dataset['theme'] = theme.value
  })
}
