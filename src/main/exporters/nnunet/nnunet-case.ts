/** One case of a data set, as the bytes of its two files. */
export interface NnunetCase {
  readonly image: Uint8Array
  readonly labels: Uint8Array
  /** Names of the image's channels; "CT" is one that nnU-Net knows */
  readonly channels: readonly string[]
  /** What to know about it */
  readonly notes: readonly string[]
}
