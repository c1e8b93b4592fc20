import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { Unavailable } from '../../errors.ts'
import { isTransient } from './errors.ts'

/** After this long without an answer, the next host is tried in parallel. */
const nextHostDelayMs = 500
/** How long a usable standby, or a retry of all hosts, waits for a host that has not answered. */
const maxStandbyWaitMs = 2_000

export interface SignInAttempt {
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
  signIn: () => SignInAttempt
}

export interface HostFailure extends Pick<Host, 'host' | 'port'> {
  cause: unknown
}

/** Hosts that have not answered yet. */
export type PendingSignIns = Map<SignInAttempt, Host & { outcome: Promise<SignInOutcome> }>

export interface RetryState {
  /** Kept across retries, so that a host with a slow sign-in is not started anew each time. */
  pending: PendingSignIns
  /** Hosts with a permanent failure, which are not tried again. */
  refusingHosts: readonly HostFailure[]
  /** Whether there will be another retry: a silent host does not delay it. */
  willRetry: boolean
}

/** No host is usable; one failure for each. */
export class NoUsableHost extends Error {
  readonly failures: readonly HostFailure[]

  constructor(failures: readonly HostFailure[]) {
    super('none of the hosts serves')
    this.failures = failures
  }
}

interface SignInOutcome {
  attempt: SignInAttempt
  client?: pg.Client
  isStandby?: boolean
  error?: unknown
}

/**
 * Connects to the first host that accepts writes; for reading, to a standby if none does. Hosts are tried in order, the
 * next one in parallel when one does not answer (happy eyeballs). @throws NoUsableHost
 */
export async function firstUsableHost(
  hosts: readonly Host[],
  { writes, refusingHosts, pending, willRetry }: { writes: boolean } & RetryState,
): Promise<pg.Client> {
  abandonUnreachable(pending)
  const known = [...refusingHosts, ...pending.values()]
  const untried = hosts.filter((one) => !known.some((other) => isSameHost(one, other)))
  const failures = [...refusingHosts]
  let standby: pg.Client | undefined
  let deadline: number | undefined
  const tryNext = () => {
    const next = untried.shift()
    if (!next) return false
    const one = next.signIn()
    pending.set(one, { ...next, outcome: outcomeOf(one) })
    return true
  }
  tryNext()
  while (pending.size > 0) {
    const remaining = deadline === undefined ? undefined : Math.max(0, deadline - performance.now())
    const waitMs = untried.length > 0 ? nextHostDelayMs : remaining
    const outcome = await Promise.race([
      ...[...pending.values()].map(({ outcome }) => outcome),
      ...(waitMs === undefined ? [] : [pause(waitMs, undefined, { ref: false })]),
    ])
    const host = outcome && pending.get(outcome.attempt)
    if (outcome) pending.delete(outcome.attempt)
    const { client, isStandby = false } = outcome ?? {}
    if (client && !isStandby) {
      await standby?.end().catch(() => undefined)
      return client
    }
    // A standby may lag behind: it is taken only when no primary answers.
    if (client && !writes && !standby) {
      standby = client
      deadline = performance.now() + maxStandbyWaitMs
    } else await client?.end().catch(() => undefined)
    if (outcome && host) {
      const standbyError = Object.assign(new Error('it is a standby'), { code: '25006' })
      failures.push({ ...host, cause: client ? standbyError : outcome.error })
      if (willRetry) deadline ??= performance.now() + maxStandbyWaitMs
    }
    if (!tryNext() && !outcome) break
  }
  if (standby) return standby
  for (const host of pending.values()) failures.push({ ...host, cause: new Error('timeout expired') })
  throw new NoUsableHost(failures)
}

/** TCP resends a lost SYN at growing intervals: a new connection reaches a host that is back sooner. */
function abandonUnreachable(pending: PendingSignIns): void {
  for (const attempt of pending.keys()) {
    if (attempt.isReached()) continue
    attempt.abandon()
    pending.delete(attempt)
  }
}

function isSameHost(one: Pick<Host, 'host' | 'port'>, other: Pick<Host, 'host' | 'port'>): boolean {
  return one.host === other.host && one.port === other.port
}

function outcomeOf(attempt: SignInAttempt): Promise<SignInOutcome> {
  const outcome = attempt.signedIn.then(
    async (client): Promise<SignInOutcome> => ({ attempt, client, isStandby: await isStandby(client) }),
  )
  return outcome.catch((error: unknown) => ({ attempt, error }))
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
  { failures }: NoUsableHost,
  { shown, explain }: { shown: string; explain: (cause: unknown) => unknown },
): NotSignedIn {
  const explained = failures
    .map((hostFailure) => ({
      trouble: hostFailure,
      name: hostFailure.port === 5432 ? hostFailure.host : `${hostFailure.host}:${hostFailure.port}`,
      failure: explain(hostFailure.cause),
    }))
    .sort((one, other) => severityRank(codeOf(one.failure)) - severityRank(codeOf(other.failure)))
  const refused = explained.filter(({ failure }) => !isTransient(failure)).map(({ trouble }) => trouble)
  const mayRetry = refused.length < explained.length
  const [first] = explained
  if (!(first?.failure instanceof Unavailable)) return { failure: first?.failure, mayRetry, refused }
  const { code, hint, message } = first.failure
  const each = explained.map(({ name, failure }) => `${name}: ${shortReason(failure, shown)}`)
  const isSame = explained.every(
    ({ failure }) => failure instanceof Unavailable && failure.message === message,
  )
  if (isSame) return { failure: first.failure, mayRetry, refused }
  const text = `No server of ${shown} can be used: ${each.join('; ')}.`
  return {
    failure: new Unavailable(code, text, { hint, cause: first.failure.cause }),
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
  const reason = failure.message.replace(`The server of ${shown} `, '').replaceAll(shown, 'it')
  return reason.replace(/[.]$/, '')
}
