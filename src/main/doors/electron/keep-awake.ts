import { powerSaveBlocker } from 'electron'

/** While a run trains the computer does not fall asleep by itself; its screen may. */
export function createKeepAwake(): (isTraining: boolean) => void {
  let blocker: number | null = null
  return isTraining => {
    if (isTraining) blocker ??= powerSaveBlocker.start('prevent-app-suspension')
    else if (blocker !== null) {
      powerSaveBlocker.stop(blocker)
      blocker = null
    }
  }
}
