/** Whether nothing has the focus: the part that had it is gone, or the view has just come. */
export function isFocusLost(): boolean {
  const { activeElement } = document
  return activeElement === null || activeElement === document.body || activeElement.id === 'content'
}

/** Gives the focus to `element` where nothing has it. */
export function takeLostFocus(element: { focus(): void } | null | undefined): void {
  if (isFocusLost()) element?.focus()
}
