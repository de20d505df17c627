import * as z from 'zod'
import type { ProjectStore } from '../database/project-store'
import type { Pseudonyms } from '../privacy/pseudonyms'
import { createPseudonyms, newPseudonymKey } from '../privacy/pseudonyms'

const keyName = 'pseudonym-key'

/** Other names for what identifies patients, the same for all imports into a project: their key is stored with it. */
export function projectPseudonyms(store: ProjectStore): Pseudonyms {
  return createPseudonyms(
    store.transaction(() => {
      const known = keyOf(store)
      if (known !== null) return known
      const made = newPseudonymKey()
      store.settings.set(keyName, made)
      return made
    }),
  )
}

/** @returns null where the project has renamed nothing yet */
export function knownPseudonyms(store: ProjectStore): Pseudonyms | null {
  const key = keyOf(store)
  return key === null ? null : createPseudonyms(key)
}

const keyOf = ({ settings }: ProjectStore): string | null =>
  settings.get(keyName, z.string().regex(/^[0-9a-f]{64}$/))

/** A hash of a patient's ID without a key, as projects stored it at first */
const keyless = /^patient-[0-9a-f]{12}$/

const keylessOf = new WeakMap<ProjectStore, ReadonlySet<string>>()

/**
 * The group of a patient's slices.
 *
 * @param patient - hash of the ID. A project that has it as it is keeps it, so that no patient becomes two
 */
export function patientGroup(store: ProjectStore, patient: string): string {
  const known =
    keylessOf.get(store) ??
    new Set(store.series.list().flatMap(({ group }) => (keyless.test(group) ? group : [])))
  keylessOf.set(store, known)
  return known.has(patient) ? patient : projectPseudonyms(store).patient(patient)
}
