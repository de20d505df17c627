import { stat } from 'node:fs/promises'
import type { ModelVersion } from '../../shared/domain/model-version'
import type { StoredVersion } from '../database/project-store'
import type { ModelFolders } from '../files/model-folders'
import type { KnownModel } from '../files/weights'
import { familyOf, listModels, loadModelWeights } from '../files/weights'
import type { ModelFamily } from '../files/weights-manifest'
import { isFinderWeight } from '../../core/models/finder/config'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { rootOf } from './root-of'

/** Every model that can be chosen in a project: its own ones first, the newest in front. */
export async function listProjectModels(
  session: ProjectSession,
  folders: ModelFolders,
): Promise<ModelVersion[]> {
  const known = await listModels(folders)
  const bases = await Promise.all(known.map(model => baseModel(model, folders)))
  const tuned = await Promise.all(
    session.store.versions.list().map(version => tunedModel(session, version, bases)),
  )
  const inUse = modelInUse(session)
  const reviewed = new Map(session.store.versions.reviewed().map(({ model, ...counts }) => [model, counts]))
  return [...tuned, ...bases].map(model => ({
    ...model,
    inUse: model.id === inUse,
    reviewed: reviewed.get(model.id) ?? { accepted: 0, edited: 0, rejected: 0 },
  }))
}

type Listed = Omit<ModelVersion, 'inUse' | 'reviewed'>

async function tunedModel(
  session: ProjectSession,
  version: StoredVersion,
  bases: readonly Listed[],
): Promise<Listed> {
  const { id, name, base, preset, createdAt, trainSlices, valSlices, metrics, runId } = version
  const file = await stat(session.pathOf(version.file)).catch(() => null)
  const root = bases.find(model => model.id === rootOf(session, base))
  const learntClicks = (session.store.runs.get(runId)?.settings.recipe.pointShare ?? 0) > 0
  const { licence = '', source = '', offersClicks = true } = root ?? {}
  return {
    ...{ id, name, base, preset, createdAt, trainSlices, valSlices, metrics, runId },
    kind: 'tuned',
    available: file?.isFile() ?? false,
    offersClicks: learntClicks || offersClicks,
    hasFinder: (metrics?.foundDice ?? null) !== null,
    ...{ licence, source },
  }
}

async function baseModel(known: KnownModel, folders: ModelFolders): Promise<Listed> {
  const { id, title, file, manifest, licence, source } = known
  const kind = manifest === null ? 'imported' : manifest.bundled ? 'bundled' : 'official'
  const offers = manifest
    ? { offersClicks: manifest.family === 'efficient-sam', hasFinder: false }
    : await offersOf(known, folders)
  return {
    ...{ id, kind, licence, source },
    name: manifest === null ? id : title,
    available: file !== null,
    ...{ base: null, preset: null, createdAt: null, trainSlices: null, valSlices: null, metrics: null },
    ...offers,
    runId: null,
  }
}

type Offers = Pick<ModelVersion, 'offersClicks' | 'hasFinder'>

/** What imported files hold; reading one takes a moment, and its name says nothing. */
const read = new Map<string, Promise<Offers>>()

function offersOf({ id, file, bytes }: KnownModel, folders: ModelFolders): Promise<Offers> {
  const key = `${file ?? id} ${bytes ?? 0}`
  const offers = read.get(key) ?? readOffers(id, folders)
  read.set(key, offers)
  return offers
}

async function readOffers(id: string, folders: ModelFolders): Promise<Offers> {
  try {
    const { weights, beside, extra, file } = await loadModelWeights(id, folders)
    const family: ModelFamily = familyOf(weights, file)
    return {
      offersClicks: family === 'efficient-sam' || extra['knowsClicks'] === true,
      hasFinder: [...beside.keys()].some(isFinderWeight),
    }
  } catch {
    // It is listed all the same: using it says what is wrong with it.
    return { offersClicks: true, hasFinder: false }
  }
}
