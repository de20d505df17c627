/** Parts of the window carry `data-landmark` and can take the focus; F6 walks them in the order of the page. */
const selector = '[data-landmark]'

export function moveToLandmark(step: 1 | -1): void {
  const parts = [...document.querySelectorAll<HTMLElement>(selector)].filter(isShown)
  if (parts.length === 0) return
  const at = parts.findIndex(part => part.contains(document.activeElement))
  const next = at === -1 ? (step === 1 ? 0 : parts.length - 1) : (at + step + parts.length) % parts.length
  const part = parts[next]
  if (part === undefined) return
  const target = part.matches('[tabindex="0"]') ? part : (firstStop(part) ?? part)
  if (target === part && !part.hasAttribute('tabindex')) part.setAttribute('tabindex', '-1')
  target.focus()
}

const stops =
  'button:not([disabled], [tabindex="-1"]), [href], input:not([disabled]), select:not([disabled]), textarea:not([disabled]), [tabindex="0"]'

function firstStop(part: HTMLElement): HTMLElement | null {
  const current = part.querySelector<HTMLElement>('[aria-current=page], [aria-selected=true][tabindex="0"]')
  return current ?? part.querySelector<HTMLElement>(stops)
}

function isShown(element: HTMLElement): boolean {
  return element.getClientRects().length > 0
}
