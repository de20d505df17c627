import { ArrowLeftRight } from '@lucide/vue'
import type { Action } from '../../actions/action'

export interface TuneCommands {
  readonly blink: () => void
}

/** What the keys and the palette offer beside a verdict. */
export function tuneActions({ blink }: TuneCommands): readonly Action[] {
  return [
    {
      id: 'tune.blink',
      labelKey: 'action.tune.blink',
      icon: ArrowLeftRight,
      defaultKey: 'B',
      scope: 'tune',
      run: blink,
    },
  ]
}
