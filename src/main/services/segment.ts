import { AppError } from '../../shared/errors'
import { reviewModel } from '../reviews/review-model'
import { shownPlane, shownRuns, storedPrompt } from '../projects/shown-plane'
import { sliceSource } from '../projects/slice-source'
import { propagate } from '../inference/propagate'
import { implementer } from './implementer'

export const segmentService = implementer.segment.router({
  propose: implementer.segment.propose.handler(async ({ input, context, signal }) => {
    const session = context.projects.get(input.project)
    const { box, points } = input.prompt
    if (box === null && points.length === 0) throw new AppError('PROMPT_EMPTY', {})
    const { id, name } = reviewModel(session)
    const start = performance.now()
    const source = sliceSource(session, input.slice)
    const plane = shownPlane(session, input.slice)
    const answer = await context.inference.segment(name, source, storedPrompt(plane, input.prompt), {
      signal,
    })
    const candidates = answer.map(one => ({ ...one, runs: shownRuns(plane, one.runs) }))
    return { candidates, model: id, milliseconds: performance.now() - start }
  }),
  isEncoded: implementer.segment.isEncoded.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    return context.inference.isEncoded(reviewModel(session).name, sliceSource(session, input.slice))
  }),
  propagate: implementer.segment.propagate.handler(({ input, context, signal }) => {
    const session = context.projects.get(input.project)
    const { inference } = context
    return propagate({ ...input, session, inference, model: reviewModel(session), signal })
  }),
})
