import { downloadModel, exportModel, importModel, listModels } from './models'
import {
  createProject,
  exportProject,
  importIntoProject,
  importLabelsIntoProject,
  listProjects,
  predictProject,
  trainProject,
} from './project'
import { deidentify } from './privacy'
import { embed, evaluate, predict } from './segment'
import { demo, doctor, inspect } from './system'
import { train } from './training'

/** Everything that SliceTune does, by the words that the user types. The doors are generated from it. */
export const commands = {
  train,
  evaluate,
  predict,
  embed,
  'models list': listModels,
  'models import': importModel,
  'models download': downloadModel,
  'models export': exportModel,
  'project create': createProject,
  'project import': importIntoProject,
  'project labels': importLabelsIntoProject,
  'project list': listProjects,
  'project train': trainProject,
  'project predict': predictProject,
  'project export': exportProject,
  inspect,
  deidentify,
  doctor,
  demo,
} as const

export type Commands = typeof commands
export type CommandName = keyof Commands
export type { CommandDefinition } from './command'
