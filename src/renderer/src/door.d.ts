/** What the preload script gives the page in the window; a browser has none of it. */
interface Window {
  readonly slicetune?: { readonly version: string }
}
