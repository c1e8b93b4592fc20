import * as z from 'zod'

/** Several centres as they are typed; one named twice is one. */
export const centreNumbers = z
  .array(z.string())
  .transform((numbers) => numbers.map((number) => number.trim().toUpperCase()))
