import { AppError } from '../../../shared/errors'

const longestName = 100
const deepest = 12

/** Names that Windows keeps for devices, whatever their ending. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i

/**
 * The path below the folder of an upload that a dropped file gets: the sender's own as far as every system can have it.
 *
 * @param given - with `/` between folders, as browsers give it
 * @throws AppError UNSAFE_NAME for anything that could lead out of the folder
 */
export function uploadName(given: string): readonly string[] {
  const parts = given.normalize('NFC').split('/')
  if (parts.length > deepest || parts.some(leadsElsewhere)) throw new AppError('UNSAFE_NAME', { file: given })
  return parts.map(harmless)
}

const leadsElsewhere = (part: string): boolean =>
  part === '' || part === '.' || part === '..' || part.includes('\\') || part.includes('\0')

function harmless(part: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what it is about
  const plain = part.replace(/[\u0000-\u001f\u007f<>:"|?*]/g, '_').replace(/^[. ]+|[. ]+$/g, '_')
  const name = reserved.test(plain) ? `_${plain}` : plain
  if (name.length <= longestName) return name
  const ending = /(?:\.[A-Za-z0-9]{1,8}){0,2}$/.exec(name)?.[0] ?? ''
  return name.slice(0, longestName - ending.length) + ending
}
