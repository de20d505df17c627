import { onMounted, onScopeDispose, readonly, ref, type Ref } from 'vue'

/** Longer than a row is in sight while a list is scrolled quickly, shorter than anybody waits for */
const passingMs = 80

/** Whether a row has been there long enough to be looked at. What only passes by asks for no picture. */
export function useLingering(): Readonly<Ref<boolean>> {
  const lingers = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  onMounted(() => {
    timer = setTimeout(() => (lingers.value = true), passingMs)
  })
  onScopeDispose(() => clearTimeout(timer))
  return readonly(lingers)
}
