import type { DroppedFile } from '../api/desktop'

export interface DroppedItems {
  readonly files: readonly File[]
  readonly entries: readonly FileSystemEntry[]
  /** Of the first: a project made from the drop is called so */
  readonly name: string
}

/** What a drop holds. Only readable while its event is handled, so nothing here waits. */
export function droppedItems(transfer: DataTransfer): DroppedItems {
  const entries = [...transfer.items].map(item => item.webkitGetAsEntry()).filter(entry => entry !== null)
  const files = [...transfer.files]
  const first = entries[0]?.name ?? files[0]?.name ?? ''
  return { entries, files, name: entries[0]?.isDirectory === true ? first : first.replace(/\.[^.]*$/, '') }
}

/**
 * The dropped files, those in folders included.
 *
 * @param whole - the door knows the paths of what was dropped: folders stay whole and are read where they are
 */
export async function droppedFiles(
  { files, entries }: DroppedItems,
  { whole }: { readonly whole: boolean },
): Promise<readonly DroppedFile[]> {
  if (whole || entries.length === 0) return files.map(file => ({ file, path: file.name }))
  const found: DroppedFile[] = []
  for (const entry of entries) await walk(entry, '', found)
  return found
}

async function walk(entry: FileSystemEntry, above: string, found: DroppedFile[]): Promise<void> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    found.push({ file, path: above + entry.name })
  } else if (isFolder(entry)) {
    for (const child of await childrenOf(entry)) await walk(child, `${above}${entry.name}/`, found)
  }
}

/** A reader gives a hundred at a time, and nothing when it is through. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (some.length === 0) return all
    all.push(...some)
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
