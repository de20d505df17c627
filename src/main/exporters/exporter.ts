import type * as z from 'zod'
import type { Tensor } from '../../core/tensor/tensor'
import type { ExportFormat } from '../../shared/domain/export-format'
import type { LimitKind } from '../../shared/domain/export-limit'
import type { Annotation } from '../../shared/domain/annotation'
import type { PixelSpacing } from '../datasets'
import type { StoredSeries } from '../database/project-store'
import type { SlicePixels } from '../projects/slice-pixels'

/** A label class with the number that stands for it in files: 1, 2, … in the order of the list. */
export interface ExportLabel {
  readonly id: number
  readonly name: string
  readonly value: number
  /** Index of the palette, from 1 */
  readonly colour: number
}

/** A slice to be written. Its objects and its picture are asked for one slice at a time. */
export interface ExportSlice {
  readonly id: number
  readonly name: string
  /** For file names: safe everywhere, and no other slice has it */
  readonly stem: string
  readonly series: StoredSeries
  /** As `stem`, of the whole series */
  readonly seriesStem: string
  readonly plane: number | null
  readonly width: number
  readonly height: number
  readonly spacingMm: PixelSpacing | null
  /** null: there is no split, or none is asked for */
  readonly split: 'train' | 'val' | null
}

export interface ExportProgress {
  readonly event: 'progress'
  readonly done: number
  readonly total: number
}

/** What an exporter works with. */
export interface ExportWorld {
  readonly project: { readonly name: string; readonly uuid: string }
  /** Of SliceTune */
  readonly version: string
  /** When the export began: the only thing in the files that is another one next time */
  readonly madeAt: Date
  readonly labels: readonly ExportLabel[]
  readonly slices: readonly ExportSlice[]
  /** Accepted ones only */
  objectsOf(slice: ExportSlice): readonly Annotation[]
  /** As it is seen: 8 bits, [height, width] or [height, width, 3]. @throws what reading the slice can meet */
  picture(slice: ExportSlice): Promise<Tensor<'uint8'>>
  /** True values. @throws as `picture` */
  pixels(slice: ExportSlice): Promise<Pick<SlicePixels, 'width' | 'height' | 'channels' | 'values'>>
  /** @throws as `picture` */
  channels(slice: ExportSlice): Promise<1 | 3>
  /** Absolute */
  sourceFile(series: StoredSeries): string
  /** @param path - inside the export, with slashes. @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE */
  write(path: string, contents: Uint8Array | string): Promise<void>
  /** Something to know about the files, for the report */
  note(text: string): void
  /** One after the other: what cannot be read is reported and left out, the rest goes on. @throws AppError ABORTED */
  each<T extends { readonly name: string }>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
  ): AsyncGenerator<ExportProgress>
}

/** A format of annotations: one file here, and one line in `index.ts`. The dialog and the command line follow. */
export interface Exporter<S extends z.ZodObject = z.ZodObject> {
  /** Its name and description are `exporter.<id>.label` and `exporter.<id>.text` of the locale */
  readonly id: ExportFormat
  readonly extensions: readonly string[]
  /** Words for each field are `exporter.option.<name>` of the locale */
  readonly options: S
  /** What it cannot hold with these options; how often that is so is counted before anything is written */
  readonly limits: (options: z.infer<S>) => readonly LimitKind[]
  readonly write: (options: z.infer<S>, world: ExportWorld) => AsyncGenerator<ExportProgress>
}

/** An exporter whose options nobody needs to know any more: it checks them itself. */
export interface AnyExporter extends Omit<Exporter, 'write' | 'limits'> {
  /** @throws ZodError for options that are not its own */
  readonly limits: (options: unknown) => readonly LimitKind[]
  /** @throws ZodError for options that are not its own */
  readonly write: (options: unknown, world: ExportWorld) => AsyncGenerator<ExportProgress>
}

export function defineExporter<S extends z.ZodObject>(exporter: Exporter<S>): AnyExporter {
  return {
    ...exporter,
    limits: options => exporter.limits(exporter.options.parse(options)),
    write: (options, world) => exporter.write(exporter.options.parse(options), world),
  }
}
