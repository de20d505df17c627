import type { Contract } from '../../shared/contract'
import { encodingService } from './encoding'
import { exportsService } from './exports'
import { foldersService } from './folders'
import { historyService } from './history'
import { importsService } from './imports'
import { labelImportsService } from './label-imports'
import { labelsService } from './labels'
import { modelsService } from './models'
import { projectsService } from './projects'
import { reviewService } from './review'
import { segmentService } from './segment'
import { slicesService } from './slices'
import { systemService } from './system'
import { trainingService } from './training'

/**
 * The one object that all doors serve. A noun's handlers are in the file of its name; without one of them this does not
 * compile.
 */
export const router = {
  system: systemService,
  folders: foldersService,
  projects: projectsService,
  labels: labelsService,
  history: historyService,
  imports: importsService,
  labelImports: labelImportsService,
  slices: slicesService,
  segment: segmentService,
  encoding: encodingService,
  training: trainingService,
  models: modelsService,
  review: reviewService,
  exports: exportsService,
} satisfies Record<keyof Contract, unknown>
