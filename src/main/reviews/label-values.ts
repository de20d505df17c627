import type { LabelClass } from '../../shared/domain/label-class'
import type { ProjectStore } from '../database/project-store'

/** Name of the class that is made where a model finds objects and the project has no class yet. */
const firstName = 'Object'

/**
 * The class that a model's label value stands for. Models tuned in a project are trained with the ids of its classes;
 * one that was tuned elsewhere counts from 1; null is one of many alike objects.
 */
export function classOfValue(store: ProjectStore, value: number | null): LabelClass {
  const labels = store.labels.list()
  const known = labels.find(label => label.id === value) ?? (value === null ? undefined : labels[value - 1])
  return known ?? labels[0] ?? store.labels.add(firstName)
}
