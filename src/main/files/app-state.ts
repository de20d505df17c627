export interface AppState {
  readonly todo: true
}
