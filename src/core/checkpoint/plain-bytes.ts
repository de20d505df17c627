/** The same bytes as a bare Uint8Array: Node's Buffer is one too, but its `slice` shares memory instead of copying. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
