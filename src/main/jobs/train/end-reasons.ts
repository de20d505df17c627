import type { EndReason } from '../../../core/training/trainer'
import { presets } from '../../../shared/domain/training-options'
import type { RunDescription } from './run-report'

const figureOf = { dice: 'validation Dice', loss: 'training loss' } as const

/** Why a run ended, in words. */
export const endReasons: Readonly<Record<EndReason, (run: RunDescription) => string>> = {
  finished: ({ recipe: { epochs } }) =>
    epochs === 1 ? 'The one epoch is done.' : `All ${epochs} epochs are done.`,
  'no-improvement': ({ preset, recipe }) =>
    `Stopped early: the ${figureOf[presets[preset].bestBy]} has not improved for ${recipe.stopPatience} epochs.`,
  stopped: () => 'Stopped on request; "--resume" goes on from here.',
}
