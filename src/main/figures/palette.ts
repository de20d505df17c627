/** The light theme of the design tokens: figures are read on paper and in image viewers. */
export const chartColours = {
  background: '#ffffff',
  grid: '#e6e9ed',
  axis: '#7f8994',
  title: '#15181c',
  label: '#48515b',
  caption: '#5f6974',
  train: '#5f6974',
  val: '#2456d3',
  base: '#5f6974',
  other: '#855400',
} as const

/** Colours that lie on a slice; the canvas stays dark in both themes. */
export const sliceColours = {
  canvas: '#050607',
  casing: '#000000',
  truth: '#ffffff',
  base: '#fbbf24',
  tuned: '#22d3ee',
  box: '#ffffff',
  positive: '#2bd576',
  negative: '#ff5a5f',
  onPrompt: '#06110b',
} as const
