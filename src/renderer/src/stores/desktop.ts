import { defineStore } from 'pinia'
import { client, connection } from '../api/client'
import { t } from '../locale'

/** Dialogs of the system and its file manager, where the door has them: ask `app.capabilities` first. */
export const useDesktopStore = defineStore('desktop', () => {
  /** @returns null: closed without a choice */
  async function chooseFolder(title: string): Promise<string | null> {
    return connection.desktop.chooseFolder(title)
  }

  /** @returns nothing where the dialog was closed without a choice */
  async function choosePaths(what: 'folder' | 'files'): Promise<readonly string[]> {
    if (what === 'folder') {
      const folder = await chooseFolder(t('import.addFolder'))
      return folder === null ? [] : [folder]
    }
    const formats = await client.imports.formats()
    return chooseFiles(t('import.addFiles'), [...new Set(formats.flatMap(format => format.extensions))])
  }

  /** @param extensions - without dots */
  async function chooseFiles(title: string, extensions: readonly string[]): Promise<readonly string[]> {
    return connection.desktop.chooseFiles(title, extensions)
  }

  async function reveal(path: string): Promise<void> {
    await connection.desktop.reveal(path)
  }

  return { chooseFolder, choosePaths, chooseFiles, reveal }
})
