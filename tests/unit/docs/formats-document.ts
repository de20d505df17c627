import { codecs } from '../../../src/main/codecs'
import { inspectFile } from '../../../src/main/codecs/inspect'
import { isAppError } from '../../../src/shared/errors'
import { zoo, zooPath } from '../main/codecs/zoo'
import type { ZooFile } from '../main/codecs/zoo'

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map(
    row => `| ${row.map(text => text.replaceAll('|', '\\|')).join(' | ')} |`,
  )

/** What is read of each format, and what is not */
const reads: Readonly<Record<string, readonly [read: string, refused: string]>> = {
  dicom: [
    'little and big endian, implicit and deflated; RLE, JPEG (8 and 12 bits, lossless), JPEG-LS, JPEG 2000; several frames; 1 to 32 bits, signed; rescaling, Modality LUT, windows; MONOCHROME1, palettes, RGB, YBR',
    'HTJ2K, video, floating-point pixels, files without the DICM preamble',
  ],
  png: ['1 to 16 bits, grey, colour, alpha, palette, interlaced', 'interlaced with less than 8 bits'],
  jpeg: ['8 bits, grey and colour', 'CMYK, other depths'],
  tiff: [
    'TIFF and BigTIFF; strips and tiles; LZW, deflate, PackBits, JPEG; 1 to 64 bits, signed, floating point; planar; palettes; pages of one size as a volume',
    'CMYK, Lab; pages of another size than the first are left out, which is said',
  ],
  nifti: [
    'NIfTI-1 and -2, gzip, both byte orders, scaling, sform and qform as nibabel chooses; of several volumes the first',
    'complex and colour values, `.hdr` and `.img` pairs',
  ],
  nrrd: [
    'raw, gzip and text; both byte orders; values in the file or in one beside it; LPS, RAS and LAS space; colours as the first axis',
    'bzip2, hex, lists of files, more than four values a voxel',
  ],
  npy: [
    'every numeric type, both orders of axes',
    'pickled objects, which are never executed; records; complex',
  ],
  npz: [
    '`imgs` and `gts` (also `image`, `labels`, `mask`), or the only array; `spacing` as x, y, z',
    'the same',
  ],
  'dicom-series': ["a project's own list of the DICOM files of one volume", 'slices of several sizes'],
}

/** `docs/formats.md`, from what the readers make of the zoo. */
export async function formatsDocument(): Promise<string> {
  const rows = await Promise.all(
    zoo.map(async file => [`\`${file.path}\``, ...(await resultOf(file)), file.note]),
  )
  const right = rows.filter(row => row[2] === 'identical').length
  const close = rows.filter(row => row[2]?.startsWith('within')).length
  const refused = rows.filter(row => row[2] === 'refused').length
  return [
    '# Image formats',
    '',
    'Made from the readers and `tests/fixtures/zoo`; run `npx vitest run tests/unit/docs -u` after a change. A test fails while',
    'this page and they differ. A file is what its bytes say, whatever its name.',
    '',
    ...table(
      ['format', 'names', 'what is read', 'what is refused, with a sentence'],
      codecs.map(({ id, extensions }) => [id, extensions.join(', '), ...(reads[id] ?? ['', ''])]),
    ),
    '',
    'Values are kept as they are stored, at full depth. Rescaling gives the true values; a window is applied to them where they are',
    'shown and before the model sees them, by the same function. Where high values are dark (MONOCHROME1, white-is-zero TIFF), stored',
    'values are mirrored when the file is opened as an image, and the windows of the file with them. A VOI LUT is shown as the',
    'window of its range, and that is said. The patient of a DICOM file is known by a hash of the ID only.',
    '',
    'DICOM slices in a file each become one volume: same Series UID, size and direction, ordered by position along the normal. Uneven',
    'distances and double positions are said on import. Slices that are turned against each other become a stack in the order of their',
    'instance numbers, without a place in space.',
    '',
    '## What the readers make of real files',
    '',
    `${rows.length} files: ${right} identical to the reference, ${close} within its tolerance of 3 units (compressed with loss, or colours`,
    `that were converted), ${refused} refused: broken ones, and those that hold no image.`,
    '',
    ...table(['file', 'shape and type', 'pixels', 'note'], rows),
    '',
  ].join('\n')
}

async function resultOf(file: ZooFile): Promise<[string, string]> {
  try {
    const { shape, dtype, sha256 } = await inspectFile(zooPath(file))
    return [`${shape.join(' × ')} ${dtype}`, sha256 === file.sha256_pixels ? 'identical' : 'within 3 units']
  } catch (error) {
    if (!isAppError(error)) throw error
    return [error.message.replace(/^.*?zoo\/\S+ /, '').replaceAll(zooPath({ path: '' }), ''), 'refused']
  }
}
