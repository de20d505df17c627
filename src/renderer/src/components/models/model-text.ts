import type { ModelVersion } from '../../../../shared/domain/model-version'
import { formatDate, formatPercent } from '../../composables/format'
import { hasMessage, t } from '../../locale'

export function presetName(preset: string | null): string {
  const key = `tune.preset.${preset ?? ''}`
  return hasMessage(key) ? t(key) : (preset ?? '')
}

/** Where a model comes from, in a few words. */
export function originText(model: ModelVersion): string {
  return t(`models.kind.${model.kind}`)
}

/** What it was made of: the second line of its row. */
export function detailText(model: ModelVersion, nameOf: (id: string | null) => string): string {
  if (model.kind !== 'tuned') return model.available ? model.licence : t('models.notHere')
  return t('models.tunedOn', {
    base: nameOf(model.base),
    n: model.trainSlices ?? 0,
    preset: presetName(model.preset),
  })
}

export function madeText(model: ModelVersion): string {
  if (model.createdAt !== null) return formatDate(new Date(model.createdAt))
  return t(`models.made.${model.kind}`)
}

/** Part of its reviewed predictions that were accepted as they were; null before the first. */
export function acceptedPart({ reviewed }: ModelVersion): number | null {
  const { accepted, edited, rejected } = reviewed
  const all = accepted + edited + rejected
  return all === 0 ? null : accepted / all
}

export function acceptedText(model: ModelVersion): string {
  const part = acceptedPart(model)
  return part === null ? '–' : formatPercent(part)
}
