import { createServer } from 'node:net'

/** A port of this machine on which nobody listened a moment ago. */
export async function freePort(): Promise<number> {
  const listening = createServer()
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve))
  const address = listening.address()
  await new Promise((resolve) => listening.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}
