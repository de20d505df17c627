/** What is measured: every bundled model as it comes and tuned by `quick`, on the validation cases of every set. */
export const models = ['efficientsam-ti-medical', 'medsam-lite'] as const
export type ModelId = (typeof models)[number]

export const sets = ['fetal-head-us', 'nerves-vessels-us', 'hippocampus-mr', 'nuclei-microscopy'] as const
export type SetName = (typeof sets)[number]

/** How `evaluate` is asked; `box-clicks` counts its box as two clicks. */
export const prompts = ['box', 'point', 'found', 'clicks', 'box-clicks'] as const
export type PromptName = (typeof prompts)[number]

export const states = ['base', 'tuned'] as const
export type State = (typeof states)[number]

export interface Question {
  readonly set: SetName
  readonly model: ModelId
  readonly state: State
  readonly prompt: PromptName
}

export const keyOf = ({ set, model, state, prompt }: Question): string => `${set} ${model} ${state} ${prompt}`

/** What a model cannot be asked: untuned, none finds objects by itself, and MedSAM-Lite takes no clicks. */
export function isAsked({ model, state, prompt }: Question): boolean {
  if (state === 'tuned') return true
  if (prompt === 'found') return false
  return model !== 'medsam-lite' || prompt === 'box' || prompt === 'box-clicks'
}

/** The hippocampus has over a thousand slices: the preset's 25 epochs would take most of an hour a model. */
export const epochs: Readonly<Record<SetName, number | null>> = {
  'fetal-head-us': null,
  'nerves-vessels-us': null,
  'hippocampus-mr': 4,
  'nuclei-microscopy': null,
}
