import pino from 'pino'

/**
 * One logger for all doors: JSON lines on stderr, written at once, so that the last line before a crash is there.
 * It names files and ids, never what is in a patient's header. `SLICETUNE_LOG` sets the level (default `warn`).
 */
export const log = pino(
  { level: process.env['SLICETUNE_LOG'] ?? 'warn', base: { pid: process.pid } },
  pino.destination({ dest: 2, sync: true }),
)
