/** Gives the focus to `element` where nothing has it: the part that had it is gone, or the view has just come. */
export function takeLostFocus(element: { focus(): void } | null | undefined): void {
  const { activeElement } = document
  const isLost = activeElement === null || activeElement === document.body || activeElement.id === 'content'
  if (isLost) element?.focus()
}
