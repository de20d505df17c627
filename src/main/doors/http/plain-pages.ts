/** A page without scripts or styles, for a browser that was not let in. */
export function refusalPage(title: string, sentence: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>${title}</title></head>
<body>
<h1>${title}</h1>
<p>${sentence}</p>
</body>
</html>
`
}

export const notSignedIn = refusalPage(
  'SliceTune is not open in this browser',
  'Open the whole address that SliceTune printed in its terminal, with everything behind “?token=”. ' +
    'Each address works once; the newest one is the last that was printed.',
)

/** @param reason - one of ours, never text of the request */
export const refused = (reason: string): string =>
  refusalPage('Refused', `SliceTune answers only its own page on this computer: ${reason}.`)

/** Leads to the page by itself. */
export const goHome = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>SliceTune</title><meta http-equiv="refresh" content="0; url=/"></head>
<body><p><a href="/">SliceTune</a></p></body>
</html>
`
