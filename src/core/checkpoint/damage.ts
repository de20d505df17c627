import { AppError } from '../../shared/errors'

export const damaged = (file: string, reason: string, cause?: unknown): AppError =>
  new AppError('CORRUPT_FILE', { file, reason }, { cause })

export const notACheckpoint = (file: string, reason: string): AppError =>
  new AppError('NOT_A_CHECKPOINT', { file, reason })

export const unsafe = (file: string, reason: string): AppError =>
  new AppError('UNSAFE_PICKLE', { file, reason })
