/** Whether the window is so narrow that the inspector is a drawer over the stage; as in its style. */
export function isDrawer(): boolean {
  return window.matchMedia('(max-width: 959px)').matches
}
