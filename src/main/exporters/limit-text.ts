import type { ExportLimit, LimitKind } from '../../shared/domain/export-limit'
import { countOf } from '../../shared/text/count-of'

const overlapping = (count: number): string =>
  `${countOf(count, 'slice')} with objects that overlap: a pixel goes to the object that the model was surer of.`

const texts: Readonly<Record<LimitKind, (count: number) => string>> = {
  holes: count => `${countOf(count, 'mask')} with holes: polygons cannot hold them, so they are filled.`,
  overlaps: overlapping,
  'label-overlaps': overlapping,
  pictures: count => `${countOf(count, 'picture')} left out: this format holds volumes only.`,
  'not-dicom': count => `${countOf(count, 'file')} left out: this format needs a DICOM source.`,
  'partly-ignored': count =>
    `${countOf(count, 'volume')} not done on every plane: the other planes are marked "ignore", and nothing is learnt from them.`,
  'partly-empty': count =>
    `${countOf(count, 'volume')} not done on every plane: the other planes are background in the labels.`,
  'both-kinds': count =>
    `${countOf(count, 'picture')} beside volumes: pictures make a data set of their own.`,
}

/** In English, with the names of the first few. */
export function limitText({ kind, count, names }: ExportLimit): string {
  const more = count > names.length ? ', …' : ''
  return names.length === 0 ? texts[kind](count) : `${texts[kind](count)} (${names.join(', ')}${more})`
}
