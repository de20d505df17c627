type Attribute = string | number | null | undefined

/** One SVG element as text; attributes without a value are left out, children are taken as they are. */
export function element(name: string, attributes: Record<string, Attribute>, ...children: string[]): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(
      ([key, value]) => ` ${key}="${typeof value === 'number' ? round(value) : escapeText(String(value))}"`,
    )
    .join('')
  return children.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${children.join('')}</${name}>`
}

export interface TextStyle {
  readonly size: number
  readonly fill: string
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly bold?: boolean
  /** Degrees, about the point itself */
  readonly rotate?: number
  /** A halo in this colour, so that text stays readable on a line or on tissue */
  readonly halo?: string
}

export function text(x: number, y: number, content: string, style: TextStyle): string {
  return element(
    'text',
    {
      x,
      y,
      'font-size': style.size,
      'font-weight': style.bold === true ? 700 : null,
      fill: style.fill,
      'text-anchor': style.anchor === 'start' ? null : style.anchor,
      transform: style.rotate === undefined ? null : `rotate(${style.rotate} ${round(x)} ${round(y)})`,
      stroke: style.halo,
      'stroke-width': style.halo === undefined ? null : 4,
      'stroke-linejoin': style.halo === undefined ? null : 'round',
      'paint-order': style.halo === undefined ? null : 'stroke',
    },
    escapeText(content),
  )
}

export function document(width: number, height: number, background: string, ...children: string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      'xmlns:xlink': 'http://www.w3.org/1999/xlink',
      width,
      height,
      viewBox: `0 0 ${round(width)} ${round(height)}`,
      'font-family': 'DejaVu Sans',
    },
    element('rect', { width, height, fill: background }),
    ...children,
  )
}

/** Estimated width of a line in DejaVu Sans, in pixels: good to some percent, which is enough to keep room. */
export function textWidth(content: string, size: number): number {
  let units = 0
  for (const character of content) {
    if (/[\u1100-\uffdc]/u.test(character)) units += 1.02
    else if (/[il.,:;'|!I()[\] j/-]/u.test(character)) units += 0.34
    else if (/[mwMW%@→]/u.test(character)) units += 0.9
    else if (/[A-Z]/u.test(character)) units += 0.7
    else units += 0.62
  }
  return units * size
}

/** Shortens in the middle, because the ends of file names and titles say most. */
export function fitText(content: string, size: number, width: number): string {
  if (textWidth(content, size) <= width) return content
  const characters = Array.from(new Intl.Segmenter().segment(content), ({ segment }) => segment)
  for (let kept = characters.length - 1; kept > 2; kept--) {
    const head = Math.ceil(kept / 2)
    const short = `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`
    if (textWidth(short, size) <= width) return short
  }
  return '…'
}

/** At most `lines` lines, broken at spaces; the last one is shortened when the rest does not fit. */
export function wrapText(content: string, size: number, width: number, lines: number): string[] {
  const wrapped: string[] = []
  let rest = content.split(/\s+/u).filter(word => word !== '')
  while (rest.length > 0 && wrapped.length < lines - 1) {
    let count = 1
    while (count < rest.length && textWidth(rest.slice(0, count + 1).join(' '), size) <= width) count++
    wrapped.push(fitText(rest.slice(0, count).join(' '), size, width))
    rest = rest.slice(count)
  }
  if (rest.length > 0) wrapped.push(fitText(rest.join(' '), size, width))
  return wrapped
}

function escapeText(content: string): string {
  return content
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/&/gu, '&amp;')
    .replace(/</gu, '&lt;')
    .replace(/>/gu, '&gt;')
    .replace(/"/gu, '&quot;')
}

/** Hundredths of a pixel are finer than anything drawn. */
export function round(value: number): number {
  return Math.round(value * 100) / 100
}
