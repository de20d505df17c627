// Loaded before the relayed script. The channel closes when the process that relays to us is gone; on a clean end it
// outlives us, so a close means that it was killed outright: then we end the same way, else a run would go on unseen.
import { isMainThread } from 'node:worker_threads'

if (isMainThread && process.channel) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'))
  process.channel.unref()
}
