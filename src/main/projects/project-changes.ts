export interface ProjectChanges {
  readonly todo: true
}
