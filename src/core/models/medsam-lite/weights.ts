/** The statistics of batch norm and the frequencies of the position code are stored with the weights, never trained. */
const bufferEndings = [
  '.running_mean',
  '.running_var',
  '.num_batches_tracked',
  'positional_encoding_gaussian_matrix',
] as const

export const isBuffer = (name: string): boolean => bufferEndings.some(ending => name.endsWith(ending))
