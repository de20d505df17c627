/** Run as a program of its own: `download-once.ts URL PART GIT_BLOB` downloads and prints what came of it. */
import { download } from '../../../../src/main/files/download'

const [url = '', part = '', gitBlob = ''] = process.argv.slice(2)
try {
  let bytes = 0
  for await (const { done } of download({ model: 'efficientsam-ti', url, part, gitBlob })) bytes = done
  process.stdout.write(JSON.stringify({ bytes }))
} catch (error) {
  process.stdout.write(
    JSON.stringify({ code: (error as { code: unknown }).code, data: (error as { data: unknown }).data }),
  )
}
