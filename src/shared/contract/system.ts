import { eventIterator } from '@orpc/contract'
import * as z from 'zod'
import { procedure } from './procedure'

/** What a door can do besides the contract; components ask this, never where they run. */
export const Capabilities = z.object({
  /** A native dialog for folders and files */
  dialogs: z.boolean(),
  /** Showing a file in the system's file manager */
  reveal: z.boolean(),
  /** Listing folders through `folders.list`, for a door without native dialogs */
  folderBrowser: z.boolean(),
  /** Dropped files have paths; else their bytes are uploaded */
  droppedPaths: z.boolean(),
})
export type Capabilities = z.infer<typeof Capabilities>

export const Device = z.object({
  /** Such as "CPU" */
  name: z.string(),
  threads: z.int().min(1),
  /** Why nothing faster is used; a key of the locale, `device.reason.<reason>` */
  reason: z.enum(['no-gpu-driver', 'not-measured', 'chosen']).nullable(),
  /** Of the model in use; null until it was measured on this computer */
  secondsPerSlice: z.number().nullable(),
  millisecondsPerMask: z.number().nullable(),
  measuredAt: z.iso.datetime().nullable(),
  freeMemoryBytes: z.number(),
})
export type Device = z.infer<typeof Device>

export const FolderEntry = z.object({
  name: z.string(),
  path: z.string(),
  kind: z.enum(['folder', 'file', 'project']),
  bytes: z.number().nullable(),
})
export type FolderEntry = z.infer<typeof FolderEntry>

/** Without defaults: those would be filled in for what a change leaves out, and take everything else back. */
const settings = {
  language: z.enum(['auto', 'en', 'zh-CN']),
  theme: z.enum(['dark', 'light', 'system']),
  /** Hover preview of the mask before a click */
  hoverPreview: z.boolean(),
  /** Three candidates for every prompt */
  showCandidates: z.boolean(),
  maskOpacity: z.number().min(0.05).max(1),
  outlineOnly: z.boolean(),
  /** Of embeddings on disk, over all projects */
  cacheGigabytes: z.number().min(0.1).max(1000),
  /** Name that review states are signed with */
  reviewer: z.string().max(80),
  /** Changed keys only: id of a command to the key that runs it, such as "Ctrl+Shift+Z" */
  keys: z.record(z.string(), z.string()),
  threads: z.int().min(1).max(256).nullable(),
}

export const SettingsChange = z.object(settings).partial()

export const Settings = z.object({
  language: settings.language.default('auto'),
  theme: settings.theme.default('dark'),
  hoverPreview: settings.hoverPreview.default(true),
  showCandidates: settings.showCandidates.default(true),
  maskOpacity: settings.maskOpacity.default(0.4),
  outlineOnly: settings.outlineOnly.default(false),
  cacheGigabytes: settings.cacheGigabytes.default(4),
  reviewer: settings.reviewer.default(''),
  keys: settings.keys.default({}),
  threads: settings.threads.default(null),
})
export type Settings = z.infer<typeof Settings>

export const system = {
  info: procedure.output(
    z.object({
      version: z.string(),
      door: z.enum(['window', 'browser', 'command-line']),
      capabilities: Capabilities,
      device: Device,
      /** Slices of the bundled sample, and how many of them come annotated */
      sample: z.object({ slices: z.int(), annotated: z.int() }),
    }),
  ),
  /** Encodes and decodes a real slice of this computer's work; the figures are kept. */
  measure: procedure.output(Device),
  settings: procedure.output(Settings),
  changeSettings: procedure.input(SettingsChange).output(Settings),
  /** Licence texts that are shown in About */
  licences: procedure.output(z.array(z.object({ name: z.string(), licence: z.string(), text: z.string() }))),
  /** Bytes of the embeddings cache, and emptying it */
  cache: procedure.output(z.object({ bytes: z.number(), limitBytes: z.number() })),
  clearCache: procedure.output(z.object({ bytes: z.number() })),
  /** A beat every few seconds: a door that stops beating has lost its backend. */
  heartbeat: procedure.output(eventIterator(z.object({ at: z.iso.datetime() }))),
}

export const folders = {
  /** @throws FOLDER_NOT_FOUND also for a path outside the root that the door was started with */
  list: procedure
    .input(z.object({ path: z.string().nullable() }))
    .output(z.object({ path: z.string(), parent: z.string().nullable(), entries: z.array(FolderEntry) })),
}
