/** Names of what preload and main say to each other; the preload script repeats them, as it can import nothing. */
export const channels = {
  chooseFolder: 'slicetune:choose-folder',
  chooseFiles: 'slicetune:choose-files',
  reveal: 'slicetune:reveal',
  connect: 'slicetune:connect',
  watchBackend: 'slicetune:watch-backend',
  backend: 'slicetune:backend',
} as const
