import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'
import { readTrainingCheckpoint } from '../../../../src/core/checkpoint'
import { decodeBytes } from '../../../../src/main/codecs'

const State = z.object({ state: z.object({ epoch: z.number(), step: z.number() }) })
const Line = z.looseObject({ epoch: z.number(), learningRate: z.number(), best: z.boolean() })
export type LogLine = z.infer<typeof Line>

/** What is left of a file that was being written when the process was killed: `.<name>.<random>.tmp`. */
const unfinished = /^\.(.+)\.[0-9a-f]{12}\.tmp$/

/** The final name of an unfinished file; null for another file. */
export const unfinishedName = (file: string): string | null => unfinished.exec(file)?.[1] ?? null

export function logLines(run: string): LogLine[] {
  const text = readFileSync(join(run, 'log.jsonl'), 'utf8')
  if (!text.endsWith('\n')) throw new Error(`${run}: the last line of the log is torn`)
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line))
  return lines.map(line => Line.parse(line))
}

/** Whole epochs in the log and in the latest checkpoint; 0 where there is none. */
export function epochsOnDisk(run: string): { logged: number; saved: number } {
  const [log, latest] = [join(run, 'log.jsonl'), join(run, 'medsam_lite_latest.pth')]
  return {
    logged: existsSync(log) ? (logLines(run).at(-1)?.epoch ?? 0) : 0,
    saved: existsSync(latest) ? readPosition(latest).epoch : 0,
  }
}

function readPosition(file: string): { epoch: number; step: number } {
  return State.parse(readTrainingCheckpoint(readFileSync(file), file).extra).state
}

/** Reads every file of a run by what its name promises. @throws at a torn one */
export async function readWholeRun(run: string): Promise<void> {
  const names = readdirSync(run, { withFileTypes: true }).flatMap(entry => (entry.isFile() ? entry.name : []))
  for (const name of names.filter(file => unfinishedName(file) === null && file !== '.lock')) {
    const file = join(run, name)
    if (name.endsWith('.pth')) readPosition(file)
    else if (name.endsWith('.png')) await decodeBytes(readFileSync(file), file, 'image')
    else if (name.endsWith('.json')) JSON.parse(readFileSync(file, 'utf8'))
    else if (name === 'log.jsonl') logLines(run)
    else if (name === 'MODEL_CARD.md') requireWholeCard(file)
    else throw new Error(`${file} is no file of a run`)
  }
}

function requireWholeCard(file: string): void {
  const card = readFileSync(file, 'utf8')
  // Its last section.
  if (!card.includes('## Licences and credits') || !card.endsWith('\n')) throw new Error(`${file} is torn`)
}

/**
 * A run as it ended, by file: log and card as text, the rest as hashes, without what tells the time or the name of the
 * folder. Two runs of one training are the same in all of it, to the bit: weights, moments, schedule, charts.
 */
export function contentsOf(run: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(run)
      .sort()
      .map(name => [name, contentOf(join(run, name), name)]),
  )
}

const times = /\d{8}-\d{4}(-\d+)?|\d{4}-\d\d-\d\dT[\d:.]+Z/g

function contentOf(file: string, name: string): string {
  if (!statSync(file).isFile()) return 'a folder'
  if (name.endsWith('.pth')) return checkpointContent(file)
  if (name === 'log.jsonl') return readFileSync(file, 'utf8').replace(/"seconds":[\d.e-]+/g, '')
  if (name === 'log.png') return 'with the seconds that each epoch took'
  if (name === 'MODEL_CARD.md') return readFileSync(file, 'utf8').replace(times, '')
  return createHash('sha256').update(readFileSync(file)).digest('hex')
}

/** All of a checkpoint but the order of its names, which reading and writing may change. */
function checkpointContent(file: string): string {
  const { model, optimizer, ...rest } = readTrainingCheckpoint(readFileSync(file), file)
  const hash = createHash('sha256')
  const add = (name: string | number, { data }: { readonly data: NodeJS.ArrayBufferView }): void => {
    hash.update(`\n${name} `).update(data)
  }
  for (const [name, tensor] of model) add(name, tensor)
  for (const [index, { step, expAvg, expAvgSq }] of optimizer?.state ?? []) {
    add(`${index} step ${step}`, expAvg)
    add(index, expAvgSq)
  }
  return JSON.stringify({ tensors: hash.digest('hex'), groups: optimizer?.paramGroups, ...rest }, inOrder)
}

/** For JSON.stringify: the keys of an object in the order of the alphabet. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
}
