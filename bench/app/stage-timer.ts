import type { Page } from 'playwright-core'

/** On the page, CSS pixels */
export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Label colours are far from grey, and everything else inside a box is grey. */
const leastColour = 30

/** Waits until there is no mask in a part of the stage, or until there is one. */
export async function waitForMask(page: Page, inside: Rectangle, isThere: boolean): Promise<void> {
  await page.evaluate(
    ({ inside, isThere, leastColour }) =>
      new Promise<void>(resolve => {
        const look = (): void => {
          if (hasColour() === isThere) resolve()
          else requestAnimationFrame(look)
        }
        const hasColour = (): boolean => {
          const canvas = document.querySelector<HTMLCanvasElement>('canvas.lower-canvas')
          const context = canvas?.getContext('2d')
          if (!canvas || !context) return false
          const { left, top, width } = canvas.getBoundingClientRect()
          const ratio = canvas.width / width
          const { data } = context.getImageData(
            Math.round((inside.x - left) * ratio),
            Math.round((inside.y - top) * ratio),
            Math.round(inside.width * ratio),
            Math.round(inside.height * ratio),
          )
          for (let at = 0; at < data.length; at += 4)
            if (Math.abs((data[at] ?? 0) - (data[at + 2] ?? 0)) > leastColour) return true
          return false
        }
        look()
      }),
    { inside, isThere, leastColour },
  )
}

/**
 * Milliseconds from the next release of the mouse to the first frame with a mask inside a rectangle. Seen one frame after
 * it is painted, at the worst.
 */
export async function timeToMask(page: Page, inside: Rectangle, drag: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const timing = window as unknown as { releasedAt: number | null }
    timing.releasedAt = null
    const release = (): void => void (timing.releasedAt ??= performance.now())
    for (const name of ['pointerup', 'mouseup'])
      window.addEventListener(name, release, { once: true, capture: true })
  })
  await drag()
  await waitForMask(page, inside, true)
  return page.evaluate(() => {
    const { releasedAt } = window as unknown as { releasedAt: number | null }
    return performance.now() - (releasedAt ?? NaN)
  })
}

/** Milliseconds from a key to the first frame in which the stage shows another picture, and not an empty one. */
export async function timeToOtherPicture(page: Page, key: string): Promise<number> {
  // Installed before the key is pressed, and read after it.
  await page.evaluate(() => {
    const timing = window as unknown as { changed: Promise<number> }
    timing.changed = new Promise<number>(resolve => {
      let pressedAt: number | null = null
      const press = (): void => void (pressedAt = performance.now())
      window.addEventListener('keydown', press, { once: true, capture: true })
      const before = seen()
      const look = (): void => {
        const now = seen()
        if (pressedAt !== null && now !== before && !/^(0,)*0$/.test(now))
          resolve(performance.now() - pressedAt)
        else requestAnimationFrame(look)
      }
      look()
      function seen(): string {
        const canvas = document.querySelector<HTMLCanvasElement>('canvas.lower-canvas')
        const context = canvas?.getContext('2d')
        if (!canvas || !context) return '0'
        const { data } = context.getImageData(0, Math.round(canvas.height / 2), canvas.width, 1)
        return Array.from({ length: canvas.width }, (_, x) => data[4 * x] ?? 0).join()
      }
    })
  })
  await page.keyboard.press(key)
  return page.evaluate(() => (window as unknown as { changed: Promise<number> }).changed)
}

/** Milliseconds between the frames of the page while something is done. */
export async function framesDuring(page: Page, work: () => Promise<void>): Promise<number[]> {
  await page.evaluate(() => {
    const frames = window as unknown as { frameTimes: number[]; isCounting: boolean }
    frames.frameTimes = []
    frames.isCounting = true
    const count = (time: number): void => {
      frames.frameTimes.push(time)
      if (frames.isCounting) requestAnimationFrame(count)
    }
    requestAnimationFrame(count)
  })
  await work()
  const times = await page.evaluate(() => {
    const frames = window as unknown as { frameTimes: number[]; isCounting: boolean }
    frames.isCounting = false
    return frames.frameTimes
  })
  return times.slice(1).map((time, index) => time - (times[index] ?? time))
}

/** How many different pictures the stage shows while something is done, seen once a frame. */
export async function picturesDuring(page: Page, work: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const counting = window as unknown as { pictures: number; isCounting: boolean }
    counting.pictures = 0
    counting.isCounting = true
    let before = seen()
    const look = (): void => {
      const now = seen()
      if (now !== before && !/^(0,)*0$/.test(now)) counting.pictures++
      before = now
      if (counting.isCounting) requestAnimationFrame(look)
    }
    look()
    function seen(): string {
      const canvas = document.querySelector<HTMLCanvasElement>('canvas.lower-canvas')
      const context = canvas?.getContext('2d')
      if (!canvas || !context) return '0'
      const { data } = context.getImageData(0, Math.round(canvas.height / 2), canvas.width, 1)
      return Array.from({ length: canvas.width }, (_, x) => data[4 * x] ?? 0).join()
    }
  })
  await work()
  return page.evaluate(() => {
    const counting = window as unknown as { pictures: number; isCounting: boolean }
    counting.isCounting = false
    return counting.pictures
  })
}
