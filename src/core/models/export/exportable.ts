import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Graph } from '../../graph/graph'
import type { Shape } from '../../tensor/shape'
import type { Parameters } from '../../training/parameters'
import type { OpenSizes } from './open-sizes'

/** What the files for other programs need to know of a model, whichever its family. */
export interface Exportable {
  readonly parameters: Parameters
  readonly preprocessing: Preprocessing
  /** Input `image`; output `embedding` */
  readonly encoder: Graph
  /** Inputs `embedding`, `points`, `labels`, `keyPosition`; outputs `lowRes` and `predictedIou` */
  readonly decoder: (sizes: OpenSizes) => Graph
  /** As `decoder`, with the masks for ambiguous prompts: what a lone click is answered with; null where the same */
  readonly loneClick: ((sizes: OpenSizes) => Graph) | null
  /** Output `keyPosition` */
  readonly keyPosition: Graph
  /** [1, channels, side, side] */
  readonly embeddingShape: Shape
  /** Masks that the files give */
  readonly masks: number
  /** One row for each label of -1, 0, 1, 2, 3: as the decoder takes it */
  readonly labelRows: { readonly columns: number; readonly values: Float32Array }
  /** Padding behind the points: to so many slots at least, or one token behind clicks without a box */
  readonly padding: { readonly slots: number } | 'behind-clicks'
  /** What it answers, in words for a reader of the file */
  readonly prompts: string
}

/** The labels that tools give, in the order of `labelRows`. */
export const exportedLabels = [-1, 0, 1, 2, 3] as const
