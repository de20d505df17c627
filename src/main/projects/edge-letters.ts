import type { EdgeLetters } from '../../shared/domain/slice'
import type { Direction } from '../codecs'
import { bytesOf, readNiftiHeader } from '../codecs'
import type { SliceAxis } from '../datasets'

/** Bytes that surely hold the header of a volume, compressed or not. */
const headerLength = 32_768

/** Axes of the file that lie along the rows and the columns of a plane, for each axis that is cut. */
const acrossAndDown = { 0: [1, 2], 1: [0, 2], 2: [0, 1] } as const satisfies Record<
  SliceAxis,
  readonly number[]
>

const opposite: Readonly<Record<Direction, Direction>> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' }

/**
 * What lies at the edges of a volume's planes as they are stored.
 *
 * @returns null where the file does not say
 * @throws AppError what reading the file can meet
 */
export async function edgeLetters(file: string, axis: SliceAxis): Promise<EdgeLetters | null> {
  const { directions } = readNiftiHeader(await bytesOf(file, headerLength), file)
  const [across, down] = acrossAndDown[axis]
  if (directions === null) return null
  const [right, bottom] = [directions[across], directions[down]]
  return { top: opposite[bottom], right, bottom, left: opposite[right] }
}
