import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tensor } from '../../src/core/tensor/tensor'
import { writePng } from '../../src/main/codecs'
import { openProjectStore } from '../../src/main/database/project-store'
import { makeProject } from '../../src/main/projects/project-folder'
import { measured } from '../../src/main/projects/edit-slice'
import { encodeRuns } from '../../src/shared/masks/rle'

const side = 64

/**
 * A project of ten thousand small pictures in their own files, every second one with an accepted mask, as one would be
 * after months of work. There are seven different pictures.
 *
 * @returns its folder, inside `parent`
 */
export async function tenThousandSlices(parent: string, count = 10_000): Promise<string> {
  const folder = join(parent, 'ten-thousand')
  await makeProject(folder, 'Ten thousand slices')
  await mkdir(join(folder, 'images'))
  const names = Array.from({ length: count }, (_, index) => `slice-${String(index).padStart(5, '0')}`)
  const pictures = Array.from({ length: 7 }, (_, step) => picture(step + 1))
  for (const [index, name] of names.entries()) {
    const bytes = pictures[index % pictures.length] ?? new Uint8Array()
    await writeFile(join(folder, 'images', `${name}.png`), bytes)
  }
  const store = openProjectStore(join(folder, 'project.sqlite'))
  const runs = encodeRuns(new Uint8Array(side * side).fill(1, side * 8, side * 40))
  store.transaction(() => {
    const label = store.labels.add('Object')
    for (const [index, name] of names.entries()) {
      const path = `images/${name}.png`
      const seriesId = store.series.add({
        ...{ name, kind: 'picture', path, isCopied: true, bytes: 100, sha256: String(index) },
        ...{ group: `patient ${Math.floor(index / 20)}`, axis: null, planes: 1, directions: null },
      })
      const isDone = index % 2 === 0
      const size = { width: side, height: side }
      const id = store.slices.add({
        ...{ seriesId, name, plane: null, ...size, spacingMm: null, state: isDone ? 'done' : 'to-do' },
      })
      if (!isDone) continue
      const draft = { id: null, labelId: label.id, runs, prompt: null, predictedIou: null, model: null }
      store.annotations.put(id, measured({ ...draft, status: 'accepted', origin: 'drawn' }, size))
    }
  })
  store.close()
  return folder
}

function picture(step: number): Uint8Array {
  const pixels = Uint8Array.from({ length: side * side }, (_, pixel) => (pixel * step) & 255)
  return writePng(tensor('uint8', [side, side], pixels))
}
