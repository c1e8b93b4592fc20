import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { Unavailable } from '../../errors.ts'
import { mayBeOtherwiseSoon } from './errors.ts'

/** Whoever has not answered by then has the next one asked beside it; in milliseconds. */
const headStart = 500
/** So long whoever answered waits for one that does not: a standby that would do, and who is asked again; in milliseconds. */
const maxStandingBy = 2_000

export interface SigningIn {
  signedIn: Promise<pg.Client>
  /** Whether anything at its address takes what is sent. */
  isReached: () => boolean
  /** Hangs up, whatever the server is doing. */
  abandon: () => void
}

/** One that an address names. */
interface Host {
  host: string
  port: number
  signIn: () => SigningIn
}

export interface Trouble extends Pick<Host, 'host' | 'port'> {
  cause: unknown
}

/** Who has not answered yet. */
export type Asked = Map<SigningIn, Host & { answer: Promise<Answer> }>

export interface Again {
  /** Of an earlier try, too: one that takes its time to sign somebody in is not asked anew each time. */
  asked: Asked
  /** Those that said no for good: they are asked no more. */
  refusing: readonly Trouble[]
  /** Whether all others are asked again soon: one that answers nothing keeps nobody from that. */
  isAskedAgain: boolean
}

/** Why none of several hosts would do, one after the other. */
export class NoneServes extends Error {
  readonly troubles: readonly Trouble[]

  constructor(troubles: readonly Trouble[]) {
    super('none of the hosts serves')
    this.troubles = troubles
  }
}

interface Answer {
  of: SigningIn
  client?: pg.Client
  isStandby?: boolean
  trouble?: unknown
}

/**
 * Of several hosts the first that takes changes; for reading, where none does, a standby. They are asked in their order,
 * and the next one without waiting for the end of one that does not answer. @throws NoneServes
 */
export async function firstThatServes(
  hosts: readonly Host[],
  { writes, refusing, asked, isAskedAgain }: { writes: boolean } & Again,
): Promise<pg.Client> {
  letGoOfUnreached(asked)
  const known = [...refusing, ...asked.values()]
  const left = hosts.filter((one) => !known.some((other) => isSameHost(one, other)))
  const troubles = [...refusing]
  let standby: pg.Client | undefined
  let until: number | undefined
  const askNext = () => {
    const next = left.shift()
    if (!next) return false
    const one = next.signIn()
    asked.set(one, { ...next, answer: answerOf(one) })
    return true
  }
  askNext()
  while (asked.size > 0) {
    const remaining = until === undefined ? undefined : Math.max(0, until - performance.now())
    const waits = left.length > 0 ? headStart : remaining
    const answer = await Promise.race([
      ...[...asked.values()].map(({ answer }) => answer),
      ...(waits === undefined ? [] : [pause(waits, undefined, { ref: false })]),
    ])
    const of = answer && asked.get(answer.of)
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
    if (answer && of) {
      const isStandingBy = Object.assign(new Error('it is a standby'), { code: '25006' })
      troubles.push({ ...of, cause: client ? isStandingBy : answer.trouble })
      if (isAskedAgain) until ??= performance.now() + maxStandingBy
    }
    if (!askNext() && !answer) break
  }
  if (standby) return standby
  for (const of of asked.values()) troubles.push({ ...of, cause: new Error('timeout expired') })
  throw new NoneServes(troubles)
}

/** What was sent to nobody is sent again later and later: a host that is back is reached sooner by who calls anew. */
function letGoOfUnreached(asked: Asked): void {
  for (const one of asked.keys()) {
    if (one.isReached()) continue
    one.abandon()
    asked.delete(one)
  }
}

function isSameHost(one: Pick<Host, 'host' | 'port'>, other: Pick<Host, 'host' | 'port'>): boolean {
  return one.host === other.host && one.port === other.port
}

function answerOf(one: SigningIn): Promise<Answer> {
  const answer = one.signedIn.then(
    async (client): Promise<Answer> => ({ of: one, client, isStandby: await isStandby(client) }),
  )
  return answer.catch((trouble: unknown) => ({ of: one, trouble }))
}

async function isStandby(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ standby: boolean }>('select pg_is_in_recovery() as standby')
  return rows[0]?.standby === true
}

/** What tells most is what somebody can mend; that one of them is a standby is as it should be. */
const byWhatTells = (code: string) => (code === 'store-unavailable' ? 1 : code === 'store-read-only' ? 2 : 0)

/** Why nobody was signed in, whether that may pass, and which hosts said no for good. */
export interface NotSignedIn {
  failure: unknown
  mayPass: boolean
  refused: readonly Trouble[]
}

/** What each of several hosts said, what tells most first, where they did not all say the same. */
export function noneServesInWords(
  { troubles }: NoneServes,
  { shown, words }: { shown: string; words: (cause: unknown) => unknown },
): NotSignedIn {
  const told = troubles
    .map((trouble) => ({
      trouble,
      name: trouble.port === 5432 ? trouble.host : `${trouble.host}:${trouble.port}`,
      failure: words(trouble.cause),
    }))
    .sort((one, other) => byWhatTells(codeOf(one.failure)) - byWhatTells(codeOf(other.failure)))
  const refused = told.filter(({ failure }) => !mayBeOtherwiseSoon(failure)).map(({ trouble }) => trouble)
  const mayPass = refused.length < told.length
  const [first] = told
  if (!(first?.failure instanceof Unavailable)) return { failure: first?.failure, mayPass, refused }
  const { code, hint, message } = first.failure
  const each = told.map(({ name, failure }) => `${name}: ${briefly(failure, shown)}`)
  const isSame = told.every(({ failure }) => failure instanceof Unavailable && failure.message === message)
  if (isSame) return { failure: first.failure, mayPass, refused }
  const said = `No server of ${shown} can be used: ${each.join('; ')}.`
  return { failure: new Unavailable(code, said, { hint, cause: first.failure.cause }), mayPass, refused }
}

function codeOf(failure: unknown): string {
  return failure instanceof Unavailable ? failure.code : ''
}

/** Of one host, without the address that names all of them. */
function briefly(failure: unknown, shown: string): string {
  if (!(failure instanceof Error)) return String(failure)
  const said = failure.message.replace(`The server of ${shown} `, '').replaceAll(shown, 'it')
  return said.replace(/[.]$/, '')
}
