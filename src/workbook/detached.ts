const pool = Buffer.allocUnsafe(16 * 1024)

/**
 * A copy of its own: a slice keeps the whole piece of XML alive that it was cut from, and takes two
 * bytes for each letter where one letter of the piece is not Latin. Only for well-formed text.
 */
export function detached(text: string): string {
  // A character takes three bytes at most.
  if (text.length * 3 > pool.length) return Buffer.from(text).toString()
  return pool.toString('utf8', 0, pool.write(text))
}
