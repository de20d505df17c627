import { float32 } from '../tensor/tensor'
import type { Tensor } from '../tensor/tensor'
import type { Picklable } from './pickle-writer'
import { PythonFloat, PythonTuple } from './pickle-writer'
import { widened } from './state-dict'
import type { CheckpointValue } from './value'
import { isTensor, itemsOf } from './value'

/** torch's `AdamW.state_dict()`: parameters go by their index in `parameters()`. */
export interface AdamWState {
  readonly state: ReadonlyMap<number, AdamWMoments>
  readonly paramGroups: readonly AdamWGroup[]
}

export interface AdamWMoments {
  /** Updates made so far */
  readonly step: number
  /** Running means of the gradient and of its square, each of the parameter's shape */
  readonly expAvg: Tensor<'float32'>
  readonly expAvgSq: Tensor<'float32'>
}

export interface AdamWGroup {
  readonly learningRate: number
  readonly betas: readonly [number, number]
  readonly eps: number
  readonly weightDecay: number
  readonly parameters: readonly number[]
}

/** null for the state of another optimizer, and for none. */
export function readAdamWState(value: CheckpointValue | undefined): AdamWState | null {
  const groups = value instanceof Map ? itemsOf(value.get('param_groups')) : undefined
  const stored = value instanceof Map ? value.get('state') : undefined
  if (!groups || !(stored instanceof Map)) return null

  const state = new Map<number, AdamWMoments>()
  for (const [index, entry] of stored) {
    const moments = readMoments(entry)
    if (typeof index !== 'number' || !moments) return null
    state.set(index, moments)
  }
  const paramGroups = groups.map(readGroup).filter(group => group !== null)
  return paramGroups.length === groups.length ? { state, paramGroups } : null
}

function readMoments(entry: CheckpointValue): AdamWMoments | null {
  if (!(entry instanceof Map)) return null
  const [step, expAvg, expAvgSq] = [entry.get('step'), entry.get('exp_avg'), entry.get('exp_avg_sq')]
  // Older versions of torch keep the step as a plain number.
  const count = isTensor(step) ? Number(step.data[0]) : step
  if (typeof count !== 'number' || !isTensor(expAvg) || !isTensor(expAvgSq)) return null
  return { step: count, expAvg: widened(expAvg), expAvgSq: widened(expAvgSq) }
}

/** torch's own defaults stand in for what a file does not store. */
function readGroup(group: CheckpointValue): AdamWGroup | null {
  if (!(group instanceof Map)) return null
  const [beta1, beta2] = itemsOf(group.get('betas')) ?? [0.9, 0.999]
  const [learningRate, eps = 1e-8, weightDecay = 0.01] = [
    group.get('lr'),
    group.get('eps'),
    group.get('weight_decay'),
  ].map(value => (typeof value === 'number' ? value : undefined))
  const indices = itemsOf(group.get('params')) ?? []
  const parameters = indices.filter(index => typeof index === 'number')
  if (learningRate === undefined || typeof beta1 !== 'number' || typeof beta2 !== 'number') return null
  if (parameters.length !== indices.length) return null
  return { learningRate, betas: [beta1, beta2], eps, weightDecay, parameters }
}

/** With every key that `load_state_dict` of torch 1.13 to 2.7 looks for. */
export function picklableAdamWState({ state, paramGroups }: AdamWState): Picklable {
  return new Map<string, Picklable>([
    ['state', new Map([...state].map(([index, moments]) => [index, picklableMoments(moments)]))],
    ['param_groups', paramGroups.map(picklableGroup)],
  ])
}

function picklableMoments({ step, expAvg, expAvgSq }: AdamWMoments): Picklable {
  return new Map<string, Picklable>([
    ['step', float32([], [step])],
    ['exp_avg', expAvg],
    ['exp_avg_sq', expAvgSq],
  ])
}

function picklableGroup({ learningRate, betas, eps, weightDecay, parameters }: AdamWGroup): Picklable {
  return new Map<string, Picklable>([
    ['lr', new PythonFloat(learningRate)],
    ['betas', new PythonTuple(betas.map(beta => new PythonFloat(beta)))],
    ['eps', new PythonFloat(eps)],
    ['weight_decay', new PythonFloat(weightDecay)],
    ['amsgrad', false],
    ['maximize', false],
    ['foreach', null],
    ['capturable', false],
    ['differentiable', false],
    ['fused', null],
    ['decoupled_weight_decay', true],
    ['params', parameters],
  ])
}
