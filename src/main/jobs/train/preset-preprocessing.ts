import type { Preset } from '../../../shared/domain/training-options'
import { presets } from '../../../shared/domain/training-options'
import type { OpenedModel } from '../../models/open-model'

/** Some presets show the model its slices in a way of their own, which is then stored with what it becomes. */
export function withPresetPreprocessing(opened: OpenedModel, preset: Preset): OpenedModel {
  const { model, notes } = opened
  const own = model.preprocessing
  const preprocessing = { ...own, ...presets[preset].preprocessing }
  if (preprocessing.fit === own.fit && preprocessing.intensity === own.intensity) return opened
  const note =
    `The preset ${preset} has its own way with slices (${preprocessing.fit}, ${preprocessing.intensity} instead of ` +
    `${own.fit}, ${own.intensity}): the base is judged with it too, and the tuned model keeps it.`
  return { ...opened, model: { ...model, preprocessing }, notes: [...notes, note] }
}
