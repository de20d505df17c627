import { addLabel, changeLabel, removeLabel } from '../projects/edit-labels'
import { implementer } from './implementer'

export const labelsService = implementer.labels.router({
  add: implementer.labels.add.handler(({ input, context }) =>
    addLabel(context.projects.get(input.project), input.name),
  ),
  change: implementer.labels.change.handler(({ input, context }) =>
    changeLabel(context.projects.get(input.project), input.id, input.change),
  ),
  remove: implementer.labels.remove.handler(({ input, context }) =>
    removeLabel(context.projects.get(input.project), input.id),
  ),
})
