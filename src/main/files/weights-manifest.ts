import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { Preprocessing } from '../../shared/domain/preprocessing'

export const ModelFamily = z.enum(['efficient-sam', 'medsam-lite'])
export type ModelFamily = z.infer<typeof ModelFamily>

const Hex = (length: number) => z.string().regex(new RegExp(`^[0-9a-f]{${length}}$`))

/** Sizes that make an EfficientSAM; everything else follows from them. */
export const Architecture = z.object({
  encoderDim: z.int().positive(),
  depth: z.int().positive(),
  heads: z.int().positive(),
  decoderDim: z.int().positive(),
})
export type Architecture = z.infer<typeof Architecture>

const Bundled = z.object({
  /** Inside `weights/` */
  file: z.string(),
  bytes: z.int().positive(),
  sha256: Hex(64),
})

/** A file of a public git repository, which git itself names by a hash of its contents. */
export const Download = z.object({
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  commit: Hex(40),
  path: z.string(),
  gitBlob: Hex(40),
  /** A zip around the checkpoint, unpacked after the check */
  zipped: z.boolean(),
})
export type Download = z.infer<typeof Download>

export const ManifestModel = z.object({
  id: z.string().regex(/^[a-z0-9][a-z0-9.-]*$/),
  title: z.string(),
  family: ModelFamily,
  source: z.string(),
  licence: z.string(),
  /** The model card, inside `weights/` */
  card: z.string().nullable(),
  architecture: Architecture.nullable(),
  preprocessing: Preprocessing,
  bundled: Bundled.optional(),
  download: Download.optional(),
})
export type ManifestModel = z.infer<typeof ManifestModel>

export const WeightsManifest = z.object({ models: z.array(ManifestModel) })
export type WeightsManifest = z.infer<typeof WeightsManifest>

/** @param folder - `weights/` of SliceTune itself: an unreadable manifest there is a fault of ours */
export async function readManifest(folder: string): Promise<readonly ManifestModel[]> {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8')
  return WeightsManifest.parse(JSON.parse(text)).models
}
