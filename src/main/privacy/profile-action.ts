import type { ProfileAction } from './basic-profile'
import { basicProfile } from './basic-profile'

/** What becomes of an attribute; `clean` is a sequence that stays, with its items cleaned. */
export type Treatment = 'keep' | 'remove' | 'empty' | 'replace' | 'remap' | 'clean'

interface Attribute {
  readonly action: ProfileAction
  readonly vr: string
  readonly keyword: string
}

/** By tag, eight hexadecimal digits */
const attributes: ReadonlyMap<string, Attribute> = new Map(
  (Object.keys(basicProfile) as ProfileAction[]).flatMap(action =>
    basicProfile[action]
      .trim()
      .split(/\s+/)
      .map(entry => {
        const [tag = '', vr = '', keyword = ''] = entry.split(':')
        return [tag, { action, vr, keyword }] as const
      }),
  ),
)

const dates = new Set(['DA', 'TM', 'DT'])

export interface ProfileOptions {
  /** Dates and times stay (PS3.15 E.3.6, full dates) */
  readonly keepDates: boolean
}

/** What is known of an element before its value is looked at. */
export interface ElementFacts {
  /** Eight hexadecimal digits, lower case */
  readonly tag: string
  /** As the file says; undefined where it does not (implicit VR) */
  readonly vr: string | undefined
  readonly isSequence: boolean
}

/**
 * What the Basic Application Level Confidentiality Profile asks for. Which attributes a kind of object must have is not
 * looked up: what may have to stay stays, empty or with something harmless in it.
 */
export function treatmentOf({ tag, vr, isSequence }: ElementFacts, { keepDates }: ProfileOptions): Treatment {
  if (isNeverKept(tag)) return 'remove'
  const known = attributes.get(tag)
  const isDate = dates.has(vr ?? known?.vr ?? '')
  if (!known) return isSequence ? 'clean' : vr === 'PN' ? 'empty' : 'keep'
  if (isDate && keepDates) return 'keep'
  return isSequence ? onSequence(known.action) : onValue(known, isDate)
}

function onValue({ action, vr }: Attribute, isDate: boolean): Treatment {
  if (action === 'U') return 'remap'
  if (action === 'X' || action === 'X/Z/U*') return 'remove'
  return action.endsWith('D') && !isDate && vr !== 'SQ' ? 'replace' : 'empty'
}

function onSequence(action: ProfileAction): Treatment {
  if (action === 'X/Z/U*' || action === 'U') return 'clean'
  return action.startsWith('X') ? 'remove' : 'empty'
}

/** Also the lengths of groups, which would no longer be true. */
const isNeverKept = (tag: string): boolean => isPrivate(tag) || isDrawing(tag) || tag.endsWith('0000')

/** Odd groups belong to a vendor, who may have put anything there. */
export const isPrivate = (tag: string): boolean => Number.parseInt(tag.slice(0, 4), 16) % 2 === 1

/** Curves and overlays, which may be written text, and comments on them. */
function isDrawing(tag: string): boolean {
  return tag.startsWith('50') || (tag.startsWith('60') && ['3000', '4000'].includes(tag.slice(4)))
}

/** The name of PS3.6 of an attribute that the profile names; null for any other. */
export const keywordOf = (tag: string): string | null => attributes.get(tag)?.keyword ?? null

/** The value representation of PS3.6, for files that do not say. */
export const vrOf = (tag: string): string | null => attributes.get(tag)?.vr ?? null
