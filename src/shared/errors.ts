import * as z from 'zod'
import { countOf } from './text/count-of'

/** Exit codes of the command line (decisions.md): 2 usage, 3 the user's world, 130 interrupted, 1 a bug of ours. */
export type ExitCode = 1 | 2 | 3 | 130

interface ErrorKind<S extends z.ZodType> {
  readonly data: S
  readonly exitCode: ExitCode
  /** What happened and what to do next, in one or two sentences. */
  readonly sentence: (data: z.infer<S>) => string
}

const kind = <S extends z.ZodType>(
  data: S,
  sentence: (data: z.infer<S>) => string,
  exitCode: ExitCode = 3,
): ErrorKind<S> => ({ data, exitCode, sentence })

const file = z.object({ file: z.string() })
const fileReason = z.object({ file: z.string(), reason: z.string() })

/** The only list of what a user can meet. Doors add nothing to it and take the sentence from here. */
export const errorTable = {
  USAGE: kind(z.object({ reason: z.string() }), d => d.reason, 2),
  FILE_NOT_FOUND: kind(file, d => `${d.file} does not exist. Check the path.`),
  FOLDER_NOT_FOUND: kind(file, d => `The folder ${d.file} does not exist. Check the path.`),
  FILE_UNREADABLE: kind(fileReason, d => `${d.file} cannot be read: ${d.reason}.`),
  FOLDER_IN_USE: kind(
    z.object({ file: z.string(), lock: z.string() }),
    d => `Another SliceTune is working in ${d.file}. Wait for it; if none is running, delete ${d.lock}.`,
  ),
  NOT_TEXT: kind(file, d => `${d.file} is not a text file. Save the table as CSV and give that file.`),
  FILES_EXIST: kind(
    z.object({ file: z.string() }),
    d =>
      `${d.file} is there already. Choose another folder or name; on the command line, --force replaces it.`,
  ),
  NOT_A_FOLDER: kind(file, d => `${d.file} is a file, not a folder. Choose another path.`),
  FOLDER_NOT_WRITABLE: kind(
    file,
    d => `SliceTune may not write to ${d.file}. Choose another folder or change its permissions.`,
  ),
  LINK_IN_PROJECT: kind(
    file,
    d =>
      `${d.file} is a link to another place, and in a project SliceTune writes to none and removes none. ` +
      `Put a folder or file of its own there and try again.`,
  ),
  DISK_FULL: kind(
    file,
    d => `The disk is full: ${d.file} could not be written. Free some space and try again.`,
  ),
  UNKNOWN_FORMAT: kind(file, d => `${d.file} is not a format that SliceTune reads yet.`),
  CORRUPT_FILE: kind(fileReason, d => `${d.file} is damaged: ${d.reason}. Fetch it again from its source.`),
  UNSAFE_PICKLE: kind(
    fileReason,
    d =>
      `${d.file} was refused because it asks to run code: ${d.reason}. Only load files from people you trust.`,
  ),
  NOT_A_CHECKPOINT: kind(
    fileReason,
    d => `${d.file} is not a checkpoint that SliceTune can read: ${d.reason}.`,
  ),
  WRONG_CHECKPOINT: kind(
    fileReason,
    d => `${d.file} holds other weights than this model needs: ${d.reason}.`,
  ),
  UNKNOWN_MODEL: kind(
    z.object({ model: z.string(), known: z.array(z.string()) }),
    d => `There is no model ${d.model}. Give a file, or one of: ${d.known.join(', ')}.`,
  ),
  WEIGHTS_NOT_FOUND: kind(
    z.object({ model: z.string() }),
    d =>
      `The weights of ${d.model} are not on this computer. Run "slicetune models download ${d.model}", or "slicetune models import FILE".`,
  ),
  DOWNLOAD_FAILED: kind(
    z.object({ model: z.string(), reason: z.string() }),
    d => `${d.model} could not be downloaded: ${d.reason}.`,
  ),
  UNUSABLE_SLICE: kind(
    // `plane`: of a volume, counted from 0
    fileReason.extend({ plane: z.int().optional() }),
    d => `${d.file}${d.plane === undefined ? '' : `, plane ${d.plane}`} is left out: ${d.reason}.`,
  ),
  LABELS_NOT_MATCHED: kind(
    fileReason,
    d => `${d.file} could not be attached to an image of this project: ${d.reason}.`,
  ),
  NOT_A_DATASET: kind(
    file,
    d =>
      `${d.file} holds no slices with labels. It needs the folders images and masks (or imgs and gts), ` +
      `at the top or inside train and val.`,
  ),
  NO_USABLE_SLICES: kind(file, d => `Nothing in ${d.file} can be used. See the reports above, one per file.`),
  TOO_FEW_SLICES: kind(
    file,
    d => `There is one usable slice in ${d.file}: training and validation need at least two. Annotate more.`,
  ),
  OTHER_DATA: kind(
    file,
    d => `${d.file} does not hold the slices of this run. Give the folder that it was begun with.`,
  ),
  SINGLE_GROUP: kind(
    z.object({ file: z.string(), group: z.string() }),
    d =>
      `All slices of ${d.file} belong to one patient or volume (${d.group}), so no honest validation is possible. ` +
      `Add slices of a second one, or pass --allow-shared-group: the verdict is then marked "not independent".`,
  ),
  NO_FINDER: kind(
    z.object({ model: z.string() }),
    d => `${d.model} cannot find objects by itself: tune it with "slicetune train", or give it boxes.`,
  ),
  PROMPT_EMPTY: kind(
    z.object({}),
    () => 'There is no prompt yet. Draw a box around the object, or click on it.',
  ),
  PROMPT_NOT_OFFERED: kind(
    z.object({ model: z.string(), offered: z.string() }),
    d => `${d.model} was trained with ${d.offered} only: give it one, or choose another --model.`,
  ),
  SHAPE_MISMATCH: kind(
    z.object({ expected: z.string(), actual: z.string() }),
    d => `Expected the shape ${d.expected}, got ${d.actual}.`,
  ),
  NOT_FINITE: kind(
    z.object({ epoch: z.number(), step: z.number() }),
    d =>
      `The loss stopped being a finite number in epoch ${d.epoch}, step ${d.step}. The last good checkpoint is kept; try a lower --learning-rate.`,
  ),
  NOTHING_TO_RESUME: kind(
    file,
    d => `There is no run to resume in ${d.file}. Give a checkpoint, or start without --resume.`,
  ),
  NODE_TOO_OLD: kind(
    z.object({ found: z.string() }),
    d =>
      `Node ${d.found} is too old for the engine. Start SliceTune by "npx slicetune", which brings its own, or install Node 22.14 or newer.`,
  ),
  PROMPT_FILE_INVALID: kind(
    z.object({ file: z.string(), line: z.int(), reason: z.string() }),
    d => `${d.file}, line ${d.line}: ${d.reason}. Mend that line and try again.`,
  ),
  ITEMS_REFUSED: kind(
    z.object({ refused: z.int(), total: z.int() }),
    d =>
      `${d.refused} of ${countOf(d.total, 'item')} ${d.refused === 1 ? 'was' : 'were'} refused; the others are done. See the reports above, one per item.`,
  ),
  CHECKS_FAILED: kind(
    z.object({ checks: z.array(z.string()) }),
    d =>
      `SliceTune cannot work on this computer yet (${d.checks.join(', ')}). The lines above say what to do.`,
  ),
  WORKER_FAILED: kind(
    z.object({ worker: z.int(), workers: z.int(), reason: z.string() }),
    d =>
      `Worker ${d.worker} of ${d.workers} failed: ${d.reason}. Checkpoints written so far are whole: go on from them with "--resume", and with fewer "--workers" if memory ran out.`,
  ),
  NOT_A_PROJECT: kind(
    file,
    d => `${d.file} is not a SliceTune project. Choose the folder that holds project.sqlite.`,
  ),
  PROJECT_TOO_NEW: kind(
    z.object({ file: z.string(), found: z.int(), known: z.int() }),
    d =>
      `${d.file} was made by a newer SliceTune (format ${d.found}; this one knows ${d.known}). Update SliceTune to open it.`,
  ),
  PROJECT_EXISTS: kind(
    file,
    d => `There is a project in ${d.file} already. Open it, or choose another folder.`,
  ),
  NOT_SAVED: kind(
    fileReason,
    d =>
      `Your last action could not be saved in ${d.file}: ${d.reason}. Check that its disk is there, and try again.`,
  ),
  PROJECT_NOT_OPEN: kind(
    z.object({ project: z.string() }),
    () => 'This project is not open any more. Open it again from the start page.',
  ),
  READ_ONLY_PROJECT: kind(
    file,
    d => `${d.file} can be looked at, not changed: it is open elsewhere, or its folder cannot be written to.`,
  ),
  NO_SUCH_ITEM: kind(
    z.object({ kind: z.enum(['slice', 'annotation', 'label', 'run', 'model', 'export']), id: z.string() }),
    d => `There is no ${d.kind} ${d.id} any more. It may have been removed in another window.`,
  ),
  LABEL_LOCKED: kind(
    z.object({ label: z.string() }),
    d => `${d.label} is locked. Unlock it in the list of labels to change its masks.`,
  ),
  RUN_ALREADY_ACTIVE: kind(
    z.object({ name: z.string() }),
    d => `${d.name} is still training. Pause or stop it before another one starts.`,
  ),
  RUN_FAILED: kind(
    z.object({ name: z.string(), reason: z.string() }),
    d => `${d.name} ended early: ${d.reason}`,
  ),
  RUN_GONE: kind(
    z.object({ name: z.string(), file: z.string() }),
    d =>
      `${d.name} cannot go on: its folder ${d.file} was removed. Put it back, or remove the run and start another.`,
  ),
  MODEL_IN_USE: kind(
    z.object({ model: z.string() }),
    d => `${d.model} is in use. Use another model first, then remove it.`,
  ),
  UNSAFE_NAME: kind(
    file,
    d => `A file named ${d.file} cannot be taken into a project. Rename it and drop it again.`,
  ),
  FILE_TOO_LARGE: kind(
    z.object({ file: z.string(), limitBytes: z.number() }),
    d =>
      `${d.file} is larger than the ${Math.floor(d.limitBytes / 1e6)} MB that can be dropped here. ` +
      `Import it from its folder instead.`,
  ),
  BACKEND_LOST: kind(
    z.object({}),
    () => 'The engine stopped. Your work is saved. It is being started again.',
  ),
  ABORTED: kind(z.object({}), () => 'Cancelled.', 130),
  INTERNAL: kind(
    z.object({ reason: z.string() }),
    d =>
      `This is a fault in SliceTune, not in your files: ${d.reason}. Please report it with the lines above.`,
    1,
  ),
} as const satisfies Record<string, ErrorKind<z.ZodType>>

export type ErrorCode = keyof typeof errorTable
export type ErrorData<C extends ErrorCode> = z.infer<(typeof errorTable)[C]['data']>

/** Something a user can meet and act on. Bugs of ours are plain errors (see `invariant`). */
export class AppError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C
  readonly data: ErrorData<C>

  constructor(code: C, data: ErrorData<C>, options?: ErrorOptions) {
    const entry: ErrorKind<z.ZodType> = errorTable[code]
    super(entry.sentence(data), options)
    this.name = 'AppError'
    this.code = code
    this.data = data
  }

  get exitCode(): ExitCode {
    return errorTable[this.code].exitCode
  }
}

/** `instanceof` alone would leave the code and the data of an unknown error untyped. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof AppError
}

/** States what must hold if our code is right. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${message}`)
}
