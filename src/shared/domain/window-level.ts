import * as z from 'zod'

/** Centre and width of what is shown from black to white, in the values of the slice (HU for CT); DICOM PS3.3 C.11.2.1.2 LINEAR. */
export const WindowLevel = z.object({ centre: z.number(), width: z.number().positive() })
export type WindowLevel = z.infer<typeof WindowLevel>
