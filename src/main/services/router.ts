import { encodingService } from './encoding'
import { foldersService } from './folders'
import { historyService } from './history'
import { labelsService } from './labels'
import { projectsService } from './projects'
import { segmentService } from './segment'
import { slicesService } from './slices'
import { systemService } from './system'

/**
 * The one object that all doors serve. A noun's handlers are in the file of its name.
 */
export const router = {
  system: systemService,
  folders: foldersService,
  projects: projectsService,
  labels: labelsService,
  history: historyService,
  slices: slicesService,
  segment: segmentService,
  encoding: encodingService,
}
