export interface ProjectStore {
  readonly todo: true
}
