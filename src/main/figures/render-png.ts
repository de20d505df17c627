import { createRequire } from 'node:module'
import { Resvg } from '@resvg/resvg-js'

// Not `require`: electron-vite may add one of that name to the file that this becomes part of.
const fromHere = createRequire(import.meta.url)

/** Scripts that DejaVu Sans has no letters for: Chinese, Japanese, Korean and their punctuation. */
const eastAsian = /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\uff00-\uffef]|[\u{20000}-\u{3ffff}]/u

/**
 * Draws an SVG as PNG, at two pixels a unit so that it is crisp on dense screens.
 *
 * The font is bundled, so a figure is the same on every computer. Only a file name in an East Asian script makes it
 * look for the computer's own fonts, because the bundled one would leave its letters out.
 */
export function renderPng(svg: string, scale = 2): Uint8Array {
  const resvg = new Resvg(svg, {
    font: {
      loadSystemFonts: eastAsian.test(svg),
      fontFiles: fontFiles(),
      defaultFontFamily: 'DejaVu Sans',
      sansSerifFamily: 'DejaVu Sans',
    },
    fitTo: { mode: 'zoom', value: scale },
  })
  return new Uint8Array(resvg.render().asPng())
}

function fontFiles(): string[] {
  return ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'].map(name =>
    // A packed app keeps the fonts beside its archive, because the renderer opens them itself.
    fromHere.resolve(`dejavu-fonts-ttf/ttf/${name}`).replace(/app\.asar([\\/])/u, 'app.asar.unpacked$1'),
  )
}
