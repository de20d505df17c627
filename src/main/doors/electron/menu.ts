import { Menu, type MenuItemConstructorOptions } from 'electron'

/**
 * The page has its own buttons and keys, so there is no menu; macOS needs one for quitting and for copying in text
 * fields. Undo is left out of it: that key belongs to the page's journal.
 */
export function setMenu(platform: NodeJS.Platform = process.platform): void {
  Menu.setApplicationMenu(platform === 'darwin' ? Menu.buildFromTemplate(macTemplate) : null)
}

const macTemplate: MenuItemConstructorOptions[] = [
  { role: 'appMenu' },
  { label: 'Edit', submenu: [{ role: 'cut' }, { role: 'copy' }, { role: 'paste' }, { role: 'selectAll' }] },
  { role: 'windowMenu' },
]
