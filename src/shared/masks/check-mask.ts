/** @throws RangeError when the mask does not fill height x width */
export function checkMask(mask: Uint8Array, height: number, width: number): void {
  if (mask.length !== height * width) {
    throw new RangeError(`A mask of ${mask.length} pixels does not fill ${height} x ${width}`)
  }
}
