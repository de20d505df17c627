import { fileURLToPath } from 'node:url'

/** The checkout's own folder, wherever the command was started from (`import.meta.dirname` is missing in early Node 20). */
export const root = fileURLToPath(new URL('../../', import.meta.url))
