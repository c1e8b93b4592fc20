import { rmSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { headFileOnServer } from '../../../src/db/audit/head-file.ts'
import { openStore } from '../../../src/db/store/open.ts'
import type { Committed, OpenStore } from '../../../src/db/store/opening.ts'
import { commit } from '../../../src/db/transact.ts'
import { appendAudit } from '../../../src/rules/audit/append.ts'
import { parseServerAddress } from '../../../src/server-address.ts'
import { newWorld, type World } from '../../world.ts'
import { openingOf } from '../../opening.ts'
import { proxyFor } from './cutting-proxy.ts'

let world: World
beforeEach(async () => {
  world = newWorld()
  await world.centre('EG001')
})
afterEach(() => world.close())

const maxWaitMs = 1000
const keyFile = () => world.path('hub.db.key')

function desk(place: string): Promise<OpenStore> {
  const now = () => new Date()
  return openStore(openingOf({ path: place, keyFile: keyFile(), maxWaitMs, now, operator: 'tom@desk-1' }))
}

function change(store: OpenStore, operator: string): Promise<Committed<void>> {
  const actor = { kind: 'staff', operator, command: 'test' } as const
  const event = {
    ...world.ctx(),
    actor,
    at: new Date(),
    action: 'centres.created',
    subject: 'EG001',
  } as const
  return commit(store, async (trx) => void (await appendAudit(trx, event)), 'is-accepted')
}

it.each([
  ['has noted no head yet', false],
  ['noted one before others went on', true],
])(
  'a desk that %s takes no longer than --wait where the line is lost at any question for good, and misses none that was never there',
  async (_, isNoted) => {
    let saved = 0
    for (let at = 0; ; at += 1) {
      const { proxy, place } = await proxyFor(world)
      const headFile = headFileOnServer(keyFile(), parseServerAddress(place))
      rmSync(headFile, { force: true })
      const store = await desk(place)
      const others = await desk(world.db)
      try {
        if (isNoted) await change(store, `desk-${at}`)
        await change(others, 'others')
        proxy.cutAfter(at, 'before', 'let nobody through')
        const started = performance.now()
        const done = await change(store, `desk-${at}`).catch((error: unknown) => error)
        expect(performance.now() - started, `lost at question ${at}`).toBeLessThan(2.5 * maxWaitMs)
        const isSaved = !(done instanceof Error)
        if (isSaved) {
          saved += 1
          expect(done, `lost at question ${at}`).toMatchObject({ missingHead: undefined })
        }
        if (!proxy.wasCut()) break
      } finally {
        await store.close()
        await others.close()
        await proxy.close()
      }
    }
    // Nothing is asked once a change is saved.
    expect(saved).toBe(1)
  },
)
