import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { Unavailable } from '../../errors.ts'
import { isTransient } from './errors.ts'

/** After this long without an answer, the next host is tried in parallel. */
const nextHostDelayMs = 500
/** How long a usable standby, or a retry of all hosts, waits for a host that has not answered. */
const maxStandbyWaitMs = 2_000

export interface SigningIn {
  signedIn: Promise<pg.Client>
  /** Whether the TCP connection is open. */
  isReached: () => boolean
  /** Destroys the socket. */
  abandon: () => void
}

/** A host of the address. */
interface Host {
  host: string
  port: number
  signIn: () => SigningIn
}

export interface HostFailure extends Pick<Host, 'host' | 'port'> {
  cause: unknown
}

/** Hosts that have not answered yet. */
export type PendingSignIns = Map<SigningIn, Host & { answer: Promise<Answer> }>

export interface RetryState {
  /** Kept across retries, so that a host with a slow sign-in is not started anew each time. */
  asked: PendingSignIns
  /** Hosts with a permanent failure, which are not tried again. */
  refusing: readonly HostFailure[]
  /** Whether there will be another retry: a silent host does not delay it. */
  isAskedAgain: boolean
}

/** No host is usable; one failure for each. */
export class NoUsableHost extends Error {
  readonly troubles: readonly HostFailure[]

  constructor(troubles: readonly HostFailure[]) {
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
 * Connects to the first host that accepts writes; for reading, to a standby if none does. Hosts are tried in order, the
 * next one in parallel when one does not answer (happy eyeballs). @throws NoUsableHost
 */
export async function firstUsableHost(
  hosts: readonly Host[],
  { writes, refusing, asked, isAskedAgain }: { writes: boolean } & RetryState,
): Promise<pg.Client> {
  abandonUnreachable(asked)
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
    const waits = left.length > 0 ? nextHostDelayMs : remaining
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
    // A standby may lag behind: it is taken only when no primary answers.
    if (client && !writes && !standby) {
      standby = client
      until = performance.now() + maxStandbyWaitMs
    } else await client?.end().catch(() => undefined)
    if (answer && of) {
      const isStandingBy = Object.assign(new Error('it is a standby'), { code: '25006' })
      troubles.push({ ...of, cause: client ? isStandingBy : answer.trouble })
      if (isAskedAgain) until ??= performance.now() + maxStandbyWaitMs
    }
    if (!askNext() && !answer) break
  }
  if (standby) return standby
  for (const of of asked.values()) troubles.push({ ...of, cause: new Error('timeout expired') })
  throw new NoUsableHost(troubles)
}

/** TCP resends a lost SYN at growing intervals: a new connection reaches a host that is back sooner. */
function abandonUnreachable(asked: PendingSignIns): void {
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

/** Failures that a user can mend come first, then unreachable hosts; a standby among the hosts is normal. */
const severityRank = (code: string) => (code === 'store-unavailable' ? 1 : code === 'store-read-only' ? 2 : 0)

/** Why no connection was made, whether a retry may help, and the hosts with a permanent failure. */
export interface NotSignedIn {
  failure: unknown
  mayRetry: boolean
  refused: readonly HostFailure[]
}

/** One failure for all hosts: the shared reason, or each host's, the most useful first. */
export function noUsableHostFailure(
  { troubles }: NoUsableHost,
  { shown, words }: { shown: string; words: (cause: unknown) => unknown },
): NotSignedIn {
  const told = troubles
    .map((trouble) => ({
      trouble,
      name: trouble.port === 5432 ? trouble.host : `${trouble.host}:${trouble.port}`,
      failure: words(trouble.cause),
    }))
    .sort((one, other) => severityRank(codeOf(one.failure)) - severityRank(codeOf(other.failure)))
  const refused = told.filter(({ failure }) => !isTransient(failure)).map(({ trouble }) => trouble)
  const mayRetry = refused.length < told.length
  const [first] = told
  if (!(first?.failure instanceof Unavailable)) return { failure: first?.failure, mayRetry, refused }
  const { code, hint, message } = first.failure
  const each = told.map(({ name, failure }) => `${name}: ${shortReason(failure, shown)}`)
  const isSame = told.every(({ failure }) => failure instanceof Unavailable && failure.message === message)
  if (isSame) return { failure: first.failure, mayRetry, refused }
  const said = `No server of ${shown} can be used: ${each.join('; ')}.`
  return {
    failure: new Unavailable(code, said, { hint, cause: first.failure.cause }),
    mayRetry,
    refused,
  }
}

function codeOf(failure: unknown): string {
  return failure instanceof Unavailable ? failure.code : ''
}

/** A host's reason without the whole address, which names all hosts. */
function shortReason(failure: unknown, shown: string): string {
  if (!(failure instanceof Error)) return String(failure)
  const said = failure.message.replace(`The server of ${shown} `, '').replaceAll(shown, 'it')
  return said.replace(/[.]$/, '')
}
