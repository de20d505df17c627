import { contextBridge } from 'electron'

contextBridge.exposeInMainWorld('slicetune', { version: __SLICETUNE_VERSION__ })
