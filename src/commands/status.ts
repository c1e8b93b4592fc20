import { performance } from 'node:perf_hooks'
import { query } from '../cli/define.ts'
import type { Session } from '../cli/session.ts'
import { pendingPinSheets } from '../db/imports/pending-pin-sheets.ts'
import { storeCounts } from '../db/store/status.ts'
import type { OpenStore } from '../db/store/open.ts'
import { renderStatus, type Status, statusJson } from '../render/status.ts'
import { lifetimes } from '../rules/credentials/lifetimes.ts'
import { releasesOpeningSoon } from '../rules/releases/opening-soon.ts'

export const status = () =>
  query({
    name: 'status',
    summary: 'show at a glance what is in the store, what waits and what to do next',
    description:
      'Show the store on one screen: who is changing it where it is shared, centres and people by status, messages that wait or failed, invitations and PINs that lapse soon, PIN sheets that are owed, releases that open within a day, the last imports, and what to do next. ssh-admin alone at a terminal shows the same.',
    examples: ['ssh-admin status', 'ssh-admin status --json'],
    read: (store, { at }, _options, session) => statusOf(store, { at, session }),
    render: renderStatus,
    json: statusJson,
  })

const day = 86_400_000
/** How much time is little. */
const soon = { links: day, pins: 3 * day }

/** What one look at the store tells. */
export async function statusOf(
  store: OpenStore,
  { at, session }: { at: Date; session: Session },
): Promise<Status> {
  const began = performance.now()
  const before = (ms: number) => new Date(at.getTime() - ms).toISOString()
  const { lastImports, ...counts } = await storeCounts(store.db, {
    linksFrom: before(0),
    linksUntil: before(-soon.links),
    pinsFrom: before(lifetimes.pin),
    pinsUntil: before(lifetimes.pin - soon.pins),
  })
  const pendingSheets = await pendingPinSheets(store.db)
  const opening = await releasesOpeningSoon(store.db, at)
  const heldBy = await store.engine.heldBy()
  return {
    store: session.settings.db.value,
    answersInMs: Math.ceil(performance.now() - began),
    heldBy,
    ...counts,
    sheetsOwed: pendingSheets.map(({ importId, file }) => ({ import: importId, file })),
    opening,
    lastImports,
  }
}
