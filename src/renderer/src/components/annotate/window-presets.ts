import { formatNumber } from '../../composables/format'
import { t } from '../../locale'
import type { Slice } from '../../../../shared/domain/slice'
import type { WindowLevel } from '../../../../shared/domain/window-level'

/** For Hounsfield units. */
export const ctPresets = {
  softTissue: { width: 400, centre: 40 },
  lung: { width: 1500, centre: -600 },
  liver: { width: 150, centre: 90 },
  bone: { width: 2500, centre: 480 },
  brain: { width: 80, centre: 40 },
} as const satisfies Record<string, WindowLevel>

type CtPreset = keyof typeof ctPresets
export const ctPresetNames = [
  'softTissue',
  'lung',
  'liver',
  'bone',
  'brain',
] as const satisfies readonly CtPreset[]

export type WindowKind = 'auto' | 'file' | 'full' | CtPreset | 'own'

/** "W 400 · L 40" */
export function windowText({ width, centre }: WindowLevel): string {
  const options = { maximumFractionDigits: width < 10 ? 2 : 0 }
  return t('annotate.window.numbers', {
    width: formatNumber(width, options),
    centre: formatNumber(centre, options),
  })
}

/** The whole range of values, black to white: the other way round of `windowFraction`. */
export function fullWindow({ range: [low, high], isWhole }: Pick<Slice, 'range' | 'isWhole'>): WindowLevel {
  return isWhole
    ? { centre: (low + high + 1) / 2, width: high - low + 1 }
    : { centre: (low + high) / 2, width: Math.max(high - low, Number.EPSILON) }
}

/** Which of the buttons the window of a slice is; `own`: it was dragged or typed. */
export function windowKind(slice: Slice): WindowKind {
  const { window, fileWindow } = slice
  if (window === null) return 'auto'
  if (fileWindow !== null && isSame(window, fileWindow)) return 'file'
  if (isSame(window, fullWindow(slice))) return 'full'
  return ctPresetNames.find(name => isSame(window, ctPresets[name])) ?? 'own'
}

function isSame(a: WindowLevel, b: WindowLevel): boolean {
  return a.centre === b.centre && a.width === b.width
}
