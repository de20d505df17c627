/**
 * TextDecoder and TextEncoder exist in every runtime we have, but neither in the language nor in its types: these
 * lines name the part of them that core uses, so that core needs neither Node's types nor the DOM's.
 */
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: true },
) => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => { encode(text: string): Uint8Array }

/** @throws TypeError when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

export function encodeUtf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** File names in a zip, and other text where a wrong byte should not stop anyone: one character per byte. */
export function decodeLatin1(bytes: Uint8Array): string {
  return Array.from(bytes, byte => String.fromCharCode(byte)).join('')
}
