/** The frequencies of the position code and the statistics of batch norm are stored with the weights, never trained. */
const bufferEndings = [
  'positional_encoding_gaussian_matrix',
  '.running_mean',
  '.running_var',
  '.num_batches_tracked',
] as const

export const isBuffer = (name: string): boolean => bufferEndings.some(ending => name.endsWith(ending))
