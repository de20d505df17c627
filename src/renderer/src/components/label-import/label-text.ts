import type { ImportedLabels } from '../../../../shared/contract/label-imports'
import type { Problem } from '../../../../shared/domain/problem'
import { reworded } from '../../../../shared/problem-of'
import { problemText } from '../../composables/error-text'
import { t } from '../../locale'

/** Where a file's masks went, in a few words. */
export function placeText({ images, imageCount, outcome, error }: ImportedLabels): string {
  if (error !== null) return problemText(error).brief
  if (outcome === 'empty' || imageCount === 0) return t('labels.result.empty')
  const [first = ''] = images
  return imageCount === 1 ? first : t('labels.images', { first, n: imageCount - 1 })
}

/** How many masks, and how many were there. */
export function countText({ masks, slices, known, outcome }: ImportedLabels): string {
  if (masks > 0) return t('labels.masks', { masks: t('labels.maskCount', { n: masks }), n: slices })
  if (known > 0) return t('labels.known', { n: known })
  return outcome === 'unmatched' || outcome === 'refused' ? t('labels.result.none') : t('labels.result.empty')
}

/** What to know, and what did not match and why. @param name - of the file in the report */
export function knowText(item: ImportedLabels, name: string): string {
  const { error, masks, known, kept, notes, unmatched, unmatchedCount } = item
  if (error !== null) return problemText(withName(error, name)).text
  const there = masks > 0 && known > 0 ? [t('labels.known', { n: known })] : []
  const others = kept > 0 ? [t('labels.kept', { n: kept })] : []
  const said = notes.map(({ note, count }) => t(`labels.note.${note}`, { n: count }))
  const [first] = unmatched
  const missing = first
    ? [t('labels.unmatched', { n: unmatchedCount, name: first.name, reason: first.reason })]
    : []
  return [...missing, ...there, ...others, ...said].join(' ')
}

/** The sentence with the file's name in place of its whole path. */
function withName(problem: Problem, name: string): Problem {
  const path = problem.data?.['file']
  return typeof path === 'string' ? reworded(problem, text => text.replaceAll(path, name)) : problem
}

/** Whether a person should look at it. */
export function toneOf({ outcome, notes }: ImportedLabels): 'ok' | 'warn' | 'bad' {
  if (outcome === 'unmatched' || outcome === 'refused') return 'bad'
  const isCut = notes.some(({ note }) => note === 'outside' || note === 'clipped' || note === 'no-place')
  return outcome === 'partly' || outcome === 'empty' || isCut ? 'warn' : 'ok'
}
