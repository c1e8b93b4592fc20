import { Failure } from '../../errors.ts'
import { isServerAddress } from '../../server-address.ts'
import type { ServerFacts } from '../engine.ts'

/** What can be said of a store that nobody opens. */
export interface StoreProbe {
  state: 'there' | 'missing' | 'unavailable'
  /** Who is changing it now: their command, and who they are; null for nobody. */
  heldBy: string | null
  /** The one that answers; null of a file. */
  server: ServerFacts | null
  /** Why no more can be said. */
  problem: { code: string; message: string; hint: string | null } | null
}

/** @param limitMs a server that has not answered by then cannot be reached */
export async function probeStore(place: string, { limitMs }: { limitMs: number }): Promise<StoreProbe> {
  try {
    if (isServerAddress(place)) {
      const { probeSharedStore } = await import('../postgres/probe.ts')
      return { ...(await probeSharedStore(place, { limitMs })), problem: null }
    }
    const { probeFile } = await import('../sqlite/probe.ts')
    return { ...probeFile(place), server: null, problem: null }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const { code, message, hint = null } = error
    const state = code === 'store-missing' ? 'missing' : 'unavailable'
    return { state, heldBy: null, server: null, problem: { code, message, hint } }
  }
}
