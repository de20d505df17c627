/** Something that stops set-up and that the user can act on: the message is the whole sentence. */
export class SetupError extends Error {}

/**
 * Set-up speaks on stderr: stdout belongs to the command that is run afterwards.
 *
 * @param {string} text
 */
export function say(text) {
  process.stderr.write(`slicetune: ${text}\n`)
}
