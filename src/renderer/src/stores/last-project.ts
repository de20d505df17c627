const key = 'slicetune.project'

/** The folder that is open in this window or tab, so that loading the page again opens it again. */
export function rememberFolder(folder: string | null): void {
  if (folder === null) sessionStorage.removeItem(key)
  else sessionStorage.setItem(key, folder)
}

export function rememberedFolder(): string | null {
  return sessionStorage.getItem(key)
}
