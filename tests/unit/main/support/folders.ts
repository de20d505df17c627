import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writePng } from '../../../../src/main/codecs'
import type { JobEvent } from '../../../../src/shared/domain/events'

const made: string[] = []
afterEach(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
})

/** A folder that is gone after the test, with files given by their paths. */
export function folderWith(files: Readonly<Record<string, Uint8Array | string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'slicetune 数据 '))
  made.push(folder)
  writeFiles(folder, files)
  return folder
}

/** Writes files given by their paths inside the folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, Uint8Array | string>>): void {
  for (const [path, contents] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), contents)
  }
}

/** A grey PNG with filled rectangles: [value, x0, y0, x1, y1], both ends included. */
export function pngWith(
  width: number,
  height: number,
  ...rectangles: readonly (readonly [number, number, number, number, number])[]
): Uint8Array {
  const pixels = new Uint8Array(width * height)
  for (const [value, x0, y0, x1, y1] of rectangles) {
    for (let y = y0; y <= y1; y++) pixels.fill(value, y * width + x0, y * width + x1 + 1)
  }
  return writePng(tensor('uint8', [height, width], pixels))
}

/** Runs a job to its end, in which it may fail. */
export async function eventsOf(
  job: AsyncGenerator<JobEvent>,
): Promise<{ events: JobEvent[]; error: unknown }> {
  const events: JobEvent[] = []
  try {
    for await (const event of job) events.push(event)
    return { events, error: null }
  } catch (error) {
    return { events, error }
  }
}
