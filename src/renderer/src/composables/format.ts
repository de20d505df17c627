import { locale, t } from '../locale'

/** All numbers and dates by `Intl` in the chosen language; reactive, because `locale` is. */

export function formatNumber(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(locale.value, options).format(value)
}

/** A Dice or IoU: always the same number of digits. */
export function formatScore(value: number | null, digits = 2): string {
  return value === null
    ? '–'
    : formatNumber(value, { minimumFractionDigits: digits, maximumFractionDigits: digits })
}

export function formatPercent(part: number): string {
  return formatNumber(part, { style: 'percent', maximumFractionDigits: 0 })
}

const byteUnits = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** Decimal units, as file managers and disks count: "212 MB", "1.2 GB". */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), byteUnits.length - 1)
  const value = bytes / 1000 ** power
  const digits = power > 0 && value < 10 ? 1 : 0
  return `${formatNumber(value, { maximumFractionDigits: digits })} ${byteUnits[power] ?? 'B'}`
}

/** "80 ms", "1.9 s", "36 s", "4 min", "2 h 10 min". */
export function formatDuration(seconds: number): string {
  if (seconds < 0.9995) return t('unit.milliseconds', { value: formatNumber(Math.round(seconds * 1000)) })
  if (seconds < 9.95) return t('unit.seconds', { value: formatNumber(seconds, { maximumFractionDigits: 1 }) })
  if (seconds < 59.5) return t('unit.seconds', { value: formatNumber(Math.round(seconds)) })
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return t('unit.minutes', { value: formatNumber(minutes) })
  const hours = formatNumber(Math.floor(minutes / 60))
  return minutes % 60 === 0
    ? t('unit.hours', { value: hours })
    : t('unit.hoursMinutes', { hours, minutes: formatNumber(minutes % 60) })
}

/** "14:32:08" */
export function formatTime(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, { timeStyle: 'medium', hourCycle: 'h23' }).format(at)
}

export function formatDate(at: Date): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium' }).format(at)
}

/** "2 hours ago", "yesterday", and from a week on the date. */
export function formatAgo(at: Date, now = new Date()): string {
  const seconds = (now.getTime() - at.getTime()) / 1000
  const relative = new Intl.RelativeTimeFormat(locale.value, { numeric: 'auto' })
  if (seconds < 60) return t('unit.justNow')
  if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute')
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour')
  if (seconds < 7 * 86_400) return relative.format(-Math.round(seconds / 86_400), 'day')
  return formatDate(at)
}
