import * as z from 'zod'
import { exporters } from '../../../src/main/exporters'
import { limitText } from '../../../src/main/exporters/limit-text'
import type { ExportFormat } from '../../../src/shared/domain/export-format'
import type { LimitKind } from '../../../src/shared/domain/export-limit'
import words from '../../../src/renderer/src/locales/en/export.json'

/** What lies where, and what keeps what */
const files: Readonly<Record<ExportFormat, string>> = {
  coco: '`annotations.json` (`-train`, `-val`), `images/`; run lengths are exact',
  yolo: '`labels/train/*.txt`, `images/train/`, `data.yaml`; corners are parts of width and height',
  labelme:
    '`images/NAME.json` beside `images/NAME.png`; masks are exact, parts of an object share a `group_id`',
  nifti: '`labels/NAME.nii.gz`: header of a NIfTI source byte for byte; of others affine and spacing',
  nrrd: '`labels/NAME.seg.nrrd`: place in full precision in LPS, names and colours as 3D Slicer has them; a number an object: `NAME.nrrd`',
  'dicom-seg': '`segmentations/NAME.dcm`: binary, a frame a segment and plane; overlaps of labels stay',
  nnunet:
    '`DatasetNNN_Name/` with `imagesTr`, `labelsTr`, `imagesTs`, `labelsTs`, `dataset.json`; finished slices only',
  png: '`masks/NAME.png`, `images/`: what `slicetune train` reads',
  npy: '`imgs/NAME.npy`, `gts/NAME.npy`: what the original training script reads',
  csv: '`measurements.csv`: a line an object',
}

const row = (cells: readonly string[]): string =>
  `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`

const Property = z.looseObject({ enum: z.array(z.string()).optional(), default: z.unknown() })
const Schema = z.looseObject({ properties: z.record(z.string(), Property) })

function optionsOf(options: z.ZodObject): string {
  const { properties } = Schema.parse(z.toJSONSchema(options, { io: 'input' }))
  return Object.entries(properties)
    .map(([name, property]) => {
      const choices = property.enum ?? (typeof property.default === 'boolean' ? ['true', 'false'] : [])
      const first = String(property.default)
      const rest = choices.filter(choice => choice !== first)
      return `\`${name}\`: ${[`**${first}**`, ...rest].join(', ')}`
    })
    .join('; ')
}

/** Of all options that a format has, everything that it may have to leave out. */
function limitsOf({ options, limits }: (typeof exporters)[number]): string {
  const { properties } = Schema.parse(z.toJSONSchema(options, { io: 'input' }))
  const variants = Object.entries(properties).flatMap(([name, property]) =>
    (property.enum ?? []).map(choice => ({ [name]: choice })),
  )
  const kinds = [...new Set([{}, ...variants].flatMap(given => limits(given)))]
  return kinds.map(kind => `\`${kind}\``).join(', ')
}

const kinds: readonly LimitKind[] = [
  ...(['holes', 'overlaps', 'label-overlaps', 'pictures'] as const),
  ...(['not-dicom', 'partly-ignored', 'partly-empty', 'both-kinds'] as const),
]

/** `docs/exports.md`, from the exporters themselves. */
export function exportsDocument(): string {
  const names: Readonly<Record<string, string>> = words
  return [
    '# Export formats',
    '',
    'Made from `src/main/exporters`; run `npx vitest run tests/unit/docs -u` after a change. A test fails while this page and they',
    'differ. `slicetune project export PROJECT --format ID --options LIST` and the Export dialog offer the same. What other programs',
    'make of the files: [interop.md](interop.md#exports-of-annotations).',
    '',
    row(['format', 'ID', 'files', 'options, **default** first', 'may have to leave out']),
    row(['---', '---', '---', '---', '---']),
    ...exporters.map(exporter =>
      row([
        ...[names[`exporter.${exporter.id}.label`] ?? '', `\`${exporter.id}\``, files[exporter.id]],
        ...[optionsOf(exporter.options), limitsOf(exporter)],
      ]),
    ),
    '',
    'Every export has a `report.json` with counts, labels, split, models, notes and a checksum of each file; it appears under its name',
    'only when all of it is written. The same annotations give the same bytes, but for the dates in `report.json` and DICOM.',
    '',
    '## What a format cannot hold',
    '',
    'Is counted before anything is written: shown in the dialog, printed by the command line, and repeated in the notes of the report.',
    '',
    row(['', 'what is said']),
    row(['---', '---']),
    ...kinds.map(kind => row([`\`${kind}\``, limitText({ kind, count: 2, names: [] })])),
    '',
    '## DICOM SEG',
    '',
    'Each series or image from DICOM gets one file: SOP Class Segmentation Storage, a segment a label (`SegmentLabel`), codes of SNOMED CT for',
    'names that everybody uses (Liver, Left kidney, Lesion …) and else category Tissue with a code of the scheme `99SLICETUNE` made',
    'from the name. Study, Frame of Reference, positions and orientations are the texts of the source; each frame names the image and',
    'frame that it was drawn on. Whatever identifies the patient is left empty unless `patient=true` is given, or the source says',
    '`PatientIdentityRemoved` YES: then its pseudonyms are kept. Segments that a model drew are `SEMIAUTOMATIC` with its ID.',
    '',
    'UIDs are `2.25.N`, N the first 128 bits of a SHA-256 with the bits of a UUID of version 8. The series follows from the project and',
    'the source series; the instance also from labels, images and masks: exported again it is the same, changed it is another.',
    '',
  ].join('\n')
}
