/** Last part of a path of either system: the name of a project made from it. */
export function folderName(path: string): string {
  const parts = path.split(/[\\/]/).filter(part => part !== '')
  return (parts.at(-1) ?? path).slice(0, 120)
}

/** The folder that all files have in common, with its separator; '' where there is none. */
export function commonFolder(files: readonly string[]): string {
  const [first, ...others] = files
  if (first === undefined) return ''
  let end = lastSeparator(first) + 1
  for (const file of others) {
    while (end > 0 && !file.startsWith(first.slice(0, end))) end = lastSeparator(first.slice(0, end - 1)) + 1
  }
  return first.slice(0, end)
}

export function lastSeparator(path: string): number {
  return Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'))
}

/** As people say it: "PNG", "NIfTI"; '' where there is none. */
export function formatName(file: string): string {
  const name = file.slice(lastSeparator(file) + 1)
  if (/\.nii(\.gz)?$/i.test(name)) return 'NIfTI'
  return /\.([A-Za-z0-9]{1,8})$/.exec(name)?.[1]?.toUpperCase() ?? ''
}
