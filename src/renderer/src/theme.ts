import { ref, watchEffect } from 'vue'

export type Theme = 'dark' | 'light'

/** Dark unless chosen otherwise: slices are judged against black. */
export const theme = ref<Theme>('dark')

watchEffect(() => {
  document.documentElement.dataset['theme'] = theme.value
})
