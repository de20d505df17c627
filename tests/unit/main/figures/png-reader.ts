import { decode } from 'fast-png'

export interface Pixels {
  readonly width: number
  readonly height: number
  /** [r, g, b] at a place of the figure, in its own units (the file has two pixels a unit) */
  readonly at: (x: number, y: number) => [number, number, number]
  /** How many pixels are within a few steps of a colour such as #22d3ee */
  readonly count: (colour: string) => number
}

/** Reads a figure back, independently of what drew it. */
export function readPng(bytes: Uint8Array): Pixels {
  const { width, height, channels, data } = decode(bytes)
  const pixel = (i: number): [number, number, number] => [
    Number(data[i * channels]),
    Number(data[i * channels + 1]),
    Number(data[i * channels + 2]),
  ]
  return {
    width,
    height,
    at: (x, y) => pixel(Math.round(y * 2) * width + Math.round(x * 2)),
    count: colour => {
      const wanted = [1, 3, 5].map(start => parseInt(colour.slice(start, start + 2), 16))
      let count = 0
      const [red = 0, green = 0, blue = 0] = wanted
      const isNear = (index: number, value: number): boolean => Math.abs(Number(data[index]) - value) <= 4
      for (let i = 0; i < data.length; i += channels) {
        if (isNear(i, red) && isNear(i + 1, green) && isNear(i + 2, blue)) count++
      }
      return count
    },
  }
}

/** Width and height in pixels, from the header alone. */
export function pngSize(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  return { width: view.getUint32(16), height: view.getUint32(20) }
}
