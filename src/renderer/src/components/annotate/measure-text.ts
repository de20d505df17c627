import { formatNumber } from '../../composables/format'
import { t } from '../../locale'

export type SpacingMm = { readonly x: number; readonly y: number } | null

/** "2,071 mm²" where the spacing is known, else "143,825 px". */
export function areaText(areaPx: number, spacing: SpacingMm): string {
  if (spacing === null) return t('annotate.unit.px', { value: formatNumber(areaPx) })
  return squareText(areaPx * spacing.x * spacing.y, spacing)
}

export function squareText(area: number, spacing: SpacingMm): string {
  return t(spacing === null ? 'annotate.unit.px' : 'annotate.unit.mm2', { value: rounded(area) })
}

export function lengthText(length: number, spacing: SpacingMm): string {
  return t(spacing === null ? 'annotate.unit.px' : 'annotate.unit.mm', { value: rounded(length) })
}

/** Three digits that mean something, no more. */
function rounded(value: number): string {
  return formatNumber(value, { maximumFractionDigits: value < 10 ? 2 : value < 100 ? 1 : 0 })
}
