import { Check, ChevronsRight, Pencil, Play, X } from '@lucide/vue'
import type { Action } from '../../actions/action'

export interface ReviewCommands {
  readonly canDecide: () => boolean
  readonly hasCurrent: () => boolean
  readonly canPredict: () => boolean
  readonly accept: () => Promise<void>
  readonly edit: () => void
  readonly reject: () => Promise<void>
  readonly next: () => void
  readonly predict: () => Promise<void>
}

/** What the keys and the palette offer in Review. */
export function reviewActions(commands: ReviewCommands): readonly Action[] {
  const { canDecide, hasCurrent, canPredict } = commands
  const scope = 'review'
  return [
    {
      id: 'review.accept',
      labelKey: 'action.review.accept',
      icon: Check,
      defaultKey: 'A',
      scope,
      enabled: canDecide,
      run: commands.accept,
    },
    {
      id: 'review.edit',
      labelKey: 'action.review.edit',
      icon: Pencil,
      defaultKey: 'E',
      scope,
      enabled: hasCurrent,
      run: commands.edit,
    },
    {
      id: 'review.reject',
      labelKey: 'action.review.reject',
      icon: X,
      defaultKey: 'R',
      scope,
      enabled: canDecide,
      run: commands.reject,
    },
    {
      id: 'review.next',
      labelKey: 'action.review.next',
      icon: ChevronsRight,
      defaultKey: 'U',
      scope,
      run: commands.next,
    },
    {
      id: 'review.predict',
      labelKey: 'action.review.predict',
      icon: Play,
      defaultKey: null,
      scope,
      enabled: canPredict,
      run: commands.predict,
    },
  ]
}
