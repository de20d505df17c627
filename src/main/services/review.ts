import { assertPicture, describeSlice } from '../projects/describe-slice'
import { decide } from '../reviews/decide'
import { reviewQueue } from '../reviews/review-queue'
import { cancelPrediction, predictRest } from '../reviews/running-predictions'
import { implementer } from './implementer'

export const reviewService = implementer.review.router({
  queue: implementer.review.queue.handler(({ input, context }) =>
    reviewQueue(context.projects.get(input.project).store),
  ),
  predict: implementer.review.predict.handler(({ input, context, signal }) =>
    predictRest(context.projects.get(input.project), context, signal),
  ),
  cancel: implementer.review.cancel.handler(({ input, context }) =>
    cancelPrediction(context.projects.get(input.project)),
  ),
  decide: implementer.review.decide.handler(async ({ input, context }) => {
    const session = context.projects.get(input.project)
    const { slice, decision, spentMs } = input
    assertPicture(session, slice)
    decide(session, { slice, decision, spentMs, by: context.app.settings().reviewer })
    const { store } = session
    return {
      slice: await describeSlice(session, slice),
      queue: reviewQueue(store),
      undo: store.journal.state(),
    }
  }),
})
