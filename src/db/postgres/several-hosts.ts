import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { SigningIn } from './connection.ts'

/** Whoever has not answered by then has the next one asked beside it; in milliseconds. */
const headStart = 500
/** Where only reading is to be done, so long a standby that answered waits for one that takes changes; in milliseconds. */
const maxStandingBy = 2_000

interface Answer {
  of: SigningIn
  client?: pg.Client
  isStandby?: boolean
  trouble?: unknown
}

/**
 * Of several hosts the first that takes changes; for reading, where none does, a standby. They are asked in their order,
 * and the next one without waiting for the end of one that does not answer. @throws what the last one that failed said
 */
export async function firstThatServes(
  hosts: readonly (() => SigningIn)[],
  { writes }: { writes: boolean },
): Promise<pg.Client> {
  const left = [...hosts]
  const asked = new Map<SigningIn, Promise<Answer>>()
  let standby: pg.Client | undefined
  let until: number | undefined
  let trouble: unknown
  const next = left.shift()
  if (next) ask(next(), asked)
  try {
    while (asked.size > 0) {
      const remaining = until === undefined ? undefined : Math.max(0, until - performance.now())
      const waits = left.length > 0 ? headStart : remaining
      const answer = await Promise.race([
        ...asked.values(),
        ...(waits === undefined ? [] : [pause(waits, undefined, { ref: false })]),
      ])
      if (answer) asked.delete(answer.of)
      const { client, isStandby = false } = answer ?? {}
      if (client && !isStandby) {
        await standby?.end().catch(() => undefined)
        return client
      }
      // It may lag: it does only where none that takes changes answers.
      if (client && !writes && !standby) {
        standby = client
        until = performance.now() + maxStandingBy
      } else await client?.end().catch(() => undefined)
      if (client) trouble ??= Object.assign(new Error(`${client.host} is a standby`), { code: '25006' })
      if (answer?.trouble !== undefined) trouble = answer.trouble
      const another = left.shift()
      if (another) ask(another(), asked)
      else if (!answer && standby) break
    }
    if (standby) return standby
    throw trouble
  } finally {
    for (const one of asked.keys()) one.abandon()
  }
}

function ask(one: SigningIn, asked: Map<SigningIn, Promise<Answer>>): void {
  const answer = one.signedIn.then(
    async (client): Promise<Answer> => ({ of: one, client, isStandby: await isStandby(client) }),
  )
  asked.set(
    one,
    answer.catch((trouble: unknown) => ({ of: one, trouble })),
  )
}

async function isStandby(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  return rows[0]?.standby === true
}
