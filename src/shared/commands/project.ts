import * as z from 'zod'
import { exportFormats } from '../domain/export-format'
import { Preset, presets } from '../domain/training-options'
import { defineCommand } from './command'
import { recipeFlags } from './training'

const project = z.string().min(1).meta({ placeholder: 'PROJECT', description: 'folder of the project' })

export const createProject = defineCommand({
  summary: 'Make an empty project in a folder',
  input: z.object({
    project: z.string().min(1).meta({ placeholder: 'PROJECT', description: 'folder to make it in' }),
    name: z
      .string()
      .trim()
      .min(1)
      .max(120)
      .optional()
      .meta({ placeholder: 'NAME', description: 'its name (default: that of the folder)' }),
  }),
  argument: 'project',
  examples: ['project create heads', 'project create heads --name "Fetal heads"'],
})

export const importIntoProject = defineCommand({
  summary: 'Add images and volumes to a project, with their label maps',
  input: z.object({
    project,
    from: z.string().min(1).meta({
      placeholder: 'DIR|FILE',
      description:
        'an image, a volume, or a folder of them; images/ and masks/ beside each other belong together',
    }),
    copy: z
      .boolean()
      .default(false)
      .describe('copy the files into the project; else they stay where they are'),
    keepTags: z
      .boolean()
      .default(false)
      .describe(
        'keep names, dates and numbers of patients in copies of DICOM files, and descriptions in names; else they are removed',
      ),
  }),
  argument: 'project',
  examples: ['project import heads --from scans --copy', 'project import heads --from brain.nii.gz'],
})

export const importLabelsIntoProject = defineCommand({
  summary: 'Attach masks that were made elsewhere to the images of a project',
  input: z.object({
    project,
    from: z
      .string()
      .min(1)
      .meta({
        placeholder: 'FILE|DIR',
        description:
          'label maps (NIfTI, NRRD, PNG, TIFF, NPY), COCO or labelme JSON, DICOM SEG, or a folder of them; names of ' +
          'labels come from the file, a list of ITK-SNAP or a dataset.json beside it',
      }),
    to: z.string().min(1).optional().meta({
      placeholder: 'NAME',
      description: 'the image that they belong to (default: by name, and by where they lie)',
    }),
    objectsOf: z.string().trim().min(1).max(120).optional().meta({
      placeholder: 'LABEL',
      description: 'each value of a label map is an object of this label (default: values are labels)',
    }),
  }),
  argument: 'project',
  examples: [
    'project labels heads --from annotations.json',
    'project labels livers --from labelsTr',
    'project labels cells --from masks --objects-of Nucleus',
  ],
})

export const listProjects = defineCommand({
  summary: 'List the projects that were opened last, and how far they are',
  input: z.object({}),
  examples: ['project list', 'project list --json'],
})

/** `name=value`, with commas between. */
export function parseExportOptions(list: string): Record<string, string | boolean> {
  const pairs = list
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  return Object.fromEntries(
    pairs.map(pair => {
      const [name = '', value = 'true'] = pair.split('=').map(text => text.trim())
      return [name, value === 'true' ? true : value === 'false' ? false : value]
    }),
  )
}

export const exportProject = defineCommand({
  summary: 'Write the accepted annotations of a project for other programs',
  input: z.object({
    project,
    format: z
      .string()
      .min(1)
      .default('coco')
      .meta({
        placeholder: 'ID',
        description: `${exportFormats.slice(0, -1).join(', ')} or ${exportFormats.at(-1)}`,
      }),
    out: z.string().min(1).optional().meta({
      placeholder: 'DIR',
      description: 'folder to make; with a number where it is there already (default: in the project)',
    }),
    options: z.string().default('').meta({
      placeholder: 'LIST',
      description: 'options of the format, such as shape=both,images=false,split=false,slices=accepted',
    }),
  }),
  argument: 'project',
  examples: [
    'project export heads',
    'project export heads --format csv --out measurements',
    'project export heads --format coco --options shape=polygons,images=false',
  ],
})

export const trainProject = defineCommand({
  summary: "Fine-tune the project's model on its finished slices, and keep it as a version",
  input: z.object({
    project,
    preset: Preset.default('quick').meta({
      description: Object.entries(presets)
        .map(([name, { summary }]) => `${name}: ${summary}`)
        .join('; '),
    }),
    ...recipeFlags().shape,
    name: z
      .string()
      .trim()
      .min(1)
      .max(60)
      .optional()
      .meta({ placeholder: 'NAME', description: 'name of the version (default: v1, v2, …)' }),
    allowSharedGroup: z
      .boolean()
      .default(false)
      .describe('train although there is one group only; the verdict is then marked "not independent"'),
    use: z.boolean().default(false).describe('let the tuned model answer in the project where it is better'),
  }),
  argument: 'project',
  examples: ['project train heads', 'project train heads --preset balanced --epochs 20 --use'],
})

export const predictProject = defineCommand({
  summary: 'Let the model in use draw masks on the slices that nobody has done, to be reviewed',
  input: z.object({ project }),
  argument: 'project',
  examples: ['project predict heads', 'project predict heads --json | tail -n 1'],
})
