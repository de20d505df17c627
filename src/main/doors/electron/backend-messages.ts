/** What the main process says to the backend's; a `connect` comes with one port. */
export type ToBackend =
  | { readonly kind: 'connect' }
  | { readonly kind: 'blob'; readonly id: number; readonly path: string }
  | { readonly kind: 'close' }

export type FromBackend =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'blob'
      readonly id: number
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      readonly bytes: Uint8Array<ArrayBuffer>
    }
  | { readonly kind: 'training'; readonly isActive: boolean }
