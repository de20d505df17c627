import { encoderOf } from '../inference/background-encoding'
import { implementer } from './implementer'

export const encodingService = implementer.encoding.router({
  watch: implementer.encoding.watch.handler(({ input, context, signal }) =>
    encoderOf(context, context.projects.get(input.project)).watch(signal),
  ),
  focus: implementer.encoding.focus.handler(({ input, context }) =>
    encoderOf(context, context.projects.get(input.project)).focus(input.slice),
  ),
  pause: implementer.encoding.pause.handler(({ input, context }) =>
    encoderOf(context, context.projects.get(input.project)).pause(),
  ),
  resume: implementer.encoding.resume.handler(({ input, context }) =>
    encoderOf(context, context.projects.get(input.project)).resume(),
  ),
})
