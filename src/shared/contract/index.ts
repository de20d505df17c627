import { exports } from './exports'
import { imports } from './imports'
import { labelImports } from './label-imports'
import { models } from './models'
import { history, labels, projects } from './projects'
import { review } from './review'
import { encoding, segment } from './segment'
import { slices } from './slices'
import { folders, system } from './system'
import { training } from './training'

const all = {
  system,
  folders,
  projects,
  labels,
  history,
  imports,
  labelImports,
  slices,
  segment,
  encoding,
  training,
  models,
  review,
  exports,
} as const

/** An interface for the same reason as `ContractErrors`. */
export interface Contract extends Readonly<typeof all> {}

/** What the three doors serve: the only declaration of it. Handlers are in `main/services`, one file a noun. */
export const contract: Contract = all
