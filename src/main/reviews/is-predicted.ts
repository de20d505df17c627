import type { Annotation } from '../../shared/domain/annotation'

/** What nobody has looked at yet. */
export const isPredicted = ({ status, origin }: Annotation): boolean =>
  status === 'proposal' && origin === 'model'
