/** The random frequencies of the position code are a buffer: stored with the weights, never trained. */
export const isBuffer = (name: string): boolean => name.endsWith('positional_encoding_gaussian_matrix')
