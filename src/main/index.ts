import { join } from 'node:path'
import { openApp } from './doors/electron/open-app'

const mainFolder = import.meta.dirname
// An entry of the build of its own: `?modulePath` would bundle it without its worker threads.
openApp({ backend: join(mainFolder, 'backend-process.js'), mainFolder })
