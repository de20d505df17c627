import type { ExportLabel } from '../exporter'

export interface DataSetParts {
  readonly name: string
  readonly channels: readonly string[]
  readonly labels: Readonly<Record<string, number>>
  readonly ending: string
  /** Cases to train on */
  readonly training: number
  readonly version: string
}

/** `dataset.json`, with the fields that nnU-Net v2 asks for first. */
export function dataSetFile({ name, channels, labels, ending, training, version }: DataSetParts): string {
  const file = {
    channel_names: Object.fromEntries(channels.map((channel, index) => [String(index), channel])),
    labels,
    numTraining: training,
    file_ending: ending,
    name,
    description: 'Annotations made with SliceTune. Research use only.',
    release: version,
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/**
 * Labels by name with their numbers: background is 0, then one after the other; what is to be ignored has the highest.
 *
 * @param ignore - null: there is nothing to ignore
 */
export function nnunetLabels(labels: readonly ExportLabel[], ignore: number | null): Record<string, number> {
  const names = new Map<string, number>([['background', 0]])
  const taken = new Set(['background', 'ignore'])
  for (const { name, value } of labels) {
    let own = name
    for (let number = 2; taken.has(own); number++) own = `${name} ${number}`
    taken.add(own)
    names.set(own, value)
  }
  if (ignore !== null) names.set('ignore', ignore)
  return Object.fromEntries(names)
}
