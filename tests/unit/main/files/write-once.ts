/** Run as a program of its own: `write-once.ts FILE LENGTH` writes that many letters and prints what came of it. */
import { writeAtomically } from '../../../../src/main/files/write-atomically'

const [file = '', length = '0'] = process.argv.slice(2)
try {
  await writeAtomically(file, 'x'.repeat(Number(length)))
  process.stdout.write('"written"')
} catch (error) {
  process.stdout.write(
    JSON.stringify({ code: (error as { code: unknown }).code, data: (error as { data: unknown }).data }),
  )
}
