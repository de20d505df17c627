const accented: Readonly<Record<string, string>> = {
  a: 'á',
  c: 'ç',
  e: 'é',
  i: 'í',
  n: 'ñ',
  o: 'ó',
  s: 'š',
  u: 'ú',
  y: 'ý',
  A: 'Á',
  C: 'Ç',
  E: 'É',
  I: 'Í',
  O: 'Ó',
  S: 'Š',
  U: 'Ú',
}

/** The sentence in brackets, with accents and a third longer, as other languages would be. */
export function pseudoText(text: string): string {
  const letters = text.replace(/[A-Za-z]/g, letter => accented[letter] ?? letter)
  return `⟦${letters}${'·'.repeat(Math.ceil(text.length / 3))}⟧`
}
