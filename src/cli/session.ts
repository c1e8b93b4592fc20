import { existsSync, statSync } from 'node:fs'
import {
  actorEmail,
  misspeltVariables,
  readConfigFileOrEmpty,
  type Settings,
  resolveSettings,
} from '../config.ts'
import type { Context } from '../context.ts'
import type { Committed as SavedChange, Opening, OpenMode, OpenStore } from '../db/store/opening.ts'
import type { Clock, Trx } from '../db/transact.ts'
import { Unavailable } from '../errors.ts'
import type { Batch, CheckLine, LineWork } from './batch/line.ts'
import { type CommonOptions, commonOptions, type TypedCommand } from './options.ts'
import { refuseOtherActor } from './parameters.ts'
import { withTypedSettings } from './suggested-lines.ts'
import { oneLine } from '../render/clean-text.ts'
import type { Notice } from '../render/json.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { pathInWords } from '../shell-word.ts'
import { type Terminal, terminalOf } from './terminal.ts'
import { isServerAddress } from '../server-address.ts'

export type { Notice }

/** A name that was typed, and the user or centre that it was found to mean. */
export interface FoundByName {
  typed: string
  kind: 'user' | 'centre'
  /** The user's address, or the centre's number. */
  value: string
  /** The address in the form for comparison, or the number. */
  key: string
  /** The user or centre in words. */
  described: string
  /** The user or centre for `details` in JSON. */
  facts: Readonly<Record<string, unknown>>
  /** The accounts with the address, or the centre with the number, at the time of the search. */
  owner: string
}

/** Options for opening the store, or another store file. */
interface OpenOptions {
  path?: string
  startsWithChange?: boolean
  /** False: fail at once where the store is locked. */
  waits?: boolean
  /** The command's answer says itself that the store was created. */
  reportsCreation?: boolean
}

/** The resolved settings and services of one command. */
export interface Session {
  context: Context
  common: CommonOptions
  settings: Settings
  terminal: Terminal
  /** The words of the command, such as `users suspend`. */
  command: string
  /** All words of the line, with options. */
  argv: readonly string[]
  notices: Notice[]
  /** The users and centres that were named by name, as found. */
  foundByName: FoundByName[]
  /** Tells a warning or hint once: on stderr, by default as one line, or in `notices` with --json. */
  notify: (notice: Notice, lines?: readonly string[]) => void
  /** Adds the typed options for store, key and actor to the commands that a text suggests. */
  completeLines: (text: string) => string
  /** Writes a line to stderr; silent with --json and --quiet. */
  say: (line: string) => void
  /** Shows a progress message until the next output, where the store is so large that reading may take seconds. */
  busy: (words: string) => void
  /** Lines for stderr once the answer is written, such as the question that a rehearsal would ask. */
  linesAfterAnswer: string[]
  /** Opens the store, or another file that is a store. */
  open: (mode: OpenMode, other?: OpenOptions) => Promise<OpenStore>
  /** The parameters with which the store would be opened. */
  opening: (mode: OpenMode) => Promise<Opening>
  /** The actor and their rights at this moment: for commands that only read. */
  ctx: (store: OpenStore) => Promise<RuleContext>
  /** Commits the work in one transaction, in which the actor, their rights and the time are read first. */
  commit: <Result>(store: OpenStore, work: WorkFor<Result>, clock?: Clock) => Promise<Committed<Result>>
  /** Runs the work in such a transaction and rolls it back. */
  rehearse: <Result>(store: OpenStore, work: WorkFor<Result>, clock?: Clock) => Promise<Result>
  /** The batch, where the command is a line of one. */
  batch: Batch | undefined
  /** Parses a line of a batch. */
  checkLine: CheckLine
}

export type WorkFor<Result> = (trx: Trx, ctx: RuleContext) => Promise<Result>

export interface Committed<Result> extends Omit<SavedChange<Result>, 'missingHead'> {
  /** The actor, as they were within the transaction. */
  actor: RuleContext['actor']
}

/** One call of the program, or one line of a batch. */
export interface Invocation {
  context: Context
  /** The words of the line. */
  argv: readonly string[]
  checkLine: CheckLine
  /** The batch, where the words are a line of one. */
  batch?: Batch | undefined
  /** In a batch, takes the line's work after the line was checked, instead of running it. */
  deferWork?: ((work: LineWork) => void) | undefined
  /** The exit code, once the command has run. */
  exit?: number
}

export function sessionOf(
  { words, typed, rehearses }: TypedCommand,
  { context, argv, batch, checkLine }: Invocation,
): Session {
  const typedOptions = commonOptions({ ...typed, json: typed.json === true || typed.format === 'json' })
  const common = batch ? commonOptionsOfLine(batch, typedOptions) : typedOptions
  const file = commandsWithBadConfiguration.has(words) ? readConfigFileOrEmpty(context) : undefined
  const settings = batch ? settingsOfLine(batch, typedOptions) : resolveSettings(common, context, file)
  const changes = !common.dryRun && rehearses
  const quiet = common.quiet || common.json
  const typedSettings = batch ? { ...batch.common, as: typedOptions.as ?? batch.common.as } : common
  const completeLines = (text: string) => withTypedSettings(text, typedSettings)
  const terminal = terminalOf(context, { color: common.color, quiet, changes, completeLines })
  const notices: Notice[] = []
  const acting = { context, settings, command: words, dryRun: common.dryRun, batch }
  const notified = new Set<string>()
  const notify: Session['notify'] = (notice, lines = [oneLine(notice.message)]) => {
    // A plan that is made again because the store changed meanwhile finds the same notices again.
    if (notified.has(notice.message)) return
    notified.add(notice.message)
    notices.push({ ...notice, message: completeLines(notice.message) })
    for (const line of lines) terminal.say(line)
  }
  // One line of a batch opens the store, and all lines wait for it, so the batch itself says so.
  const sayWaiting = batch?.say ?? terminal.say
  context.interruption.setReporter(terminal.say)
  const openingFor = async (mode: OpenMode, other: string | undefined, waits = true): Promise<Opening> => {
    const { nameHolder, isReadOnlyMode } = await import('../db/store/opening.ts')
    const path = other ?? settings.db.value
    let isOutageSaid = false
    return {
      path,
      secret: await keyCommandReader({ settings, context }),
      keyFile: settings.keyFile.value,
      maxWaitMs: waits ? common.wait * 1000 : 0,
      mode,
      now: context.now,
      command: words,
      get operator() {
        return context.operator
      },
      get signal() {
        return context.signal
      },
      // Changes of a copy have no effect yet, so a signal need not wait for them.
      interruption: other === undefined ? context.interruption : undefined,
      onOtherClock: (difference) =>
        notify({ code: 'clock-differs', message: describeClockDifference(difference) }),
      onStandby: () => {
        const message = `No server of ${path} takes changes now: a standby is read, which may lack what was changed last.`
        notify({ code: 'standby', message })
      },
      onOutage: () => {
        const ability = isReadOnlyMode(mode) ? 'answers' : 'takes changes'
        if (!isOutageSaid) sayWaiting(`Waiting for a server of ${path} that ${ability} …`)
        isOutageSaid = true
      },
      onWait: (holder) => sayWaiting(`Waiting for ${nameHolder(holder)} to finish with the store …`),
    }
  }
  const open: Session['open'] = async (mode, other) => {
    for (const { name, suggestions } of await misspeltVariables(context.env)) {
      const message = `${name} is no setting, and nothing was read from it. Did you mean ${suggestions.join(' or ')}?`
      notify({ code: 'unknown-variable', message })
    }
    const { openStore } = await import('../db/store/open.ts')
    const opening = await openingFor(mode, other?.path, other?.waits)
    const startsWithChange = other?.startsWithChange === true
    const writeFirstEvent = (store: OpenStore) => recordCreation(store, acting)
    const store = await openStore(Object.assign(opening, { startsWithChange, writeFirstEvent }))
    if (mode === 'create' && store.created && !other?.reportsCreation) {
      terminal.say(describeNewStore(store, settings))
      // Filling the new store may take minutes, and after a signal the message must say that the store exists.
      context.interruption.storeCreated()
    }
    return store
  }
  return {
    context,
    common,
    settings,
    terminal,
    command: words,
    argv,
    notices,
    foundByName: [],
    notify,
    completeLines,
    say: terminal.say,
    busy: (words) => {
      if (terminal.animated && isLarge(settings.db.value)) terminal.busy(words)
    },
    linesAfterAnswer: [],
    open: batch ? (mode) => batch.sharedStore(mode, open) : open,
    opening: (mode) => openingFor(mode, undefined),
    ctx: (store) => contextFor(store, acting),
    commit: async (store, work, clock) => {
      const committed = await commitFor(store, { work, acting, clock, notify })
      if (batch) batch.recordCommit(committed)
      // A copy that will replace a store has no path yet.
      else if (store.path !== undefined) {
        const { removeLeftovers } = await import('./leftovers.ts')
        await removeLeftovers({ context, settings, notify }, store)
      }
      return committed
    },
    rehearse: async (store, work, clock) => {
      const { rehearse } = await import('../db/transact.ts')
      return rehearse(store, async (trx) => work(trx, await contextInTransaction(trx, acting)), clock)
    },
    batch,
    checkLine,
  }
}

/** Commands that must work with a broken configuration file: mending it, help, and a shell's start-up. */
const commandsWithBadConfiguration = new Set(['config edit', 'help', 'version', 'completion'])

/** The common options of a line: those of the batch hold for all lines; --yes and --dry-run may be added. */
function commonOptionsOfLine({ common }: Batch, lineOptions: CommonOptions): CommonOptions {
  const { json, color, debug, wait } = common
  const [yes, dryRun] = [lineOptions.yes || common.yes, lineOptions.dryRun || common.dryRun]
  return { ...lineOptions, json, color, debug, wait, yes, dryRun, input: false }
}

/** A line may have its own --as only where the batch has no other actor. @throws a usage error */
function settingsOfLine({ settings }: Batch, { as }: CommonOptions): Settings {
  if (as === undefined) return settings
  const { value, from } = settings.as
  const where = {
    flag: '--as of the batch',
    environment: 'SSH_ADMIN_AS',
    file: 'the configuration file',
    default: '',
  }
  refuseOtherActor(as, value, where[from])
  return { ...settings, as: { value: as, from: 'flag' } }
}

async function recordCreation(store: OpenStore, acting: ActorSource): Promise<void> {
  const { recordStoreCreation } = await import('../rules/store/events.ts')
  await commitFor(store, { acting, clock: undefined, work: (trx, ctx) => recordStoreCreation(trx, { ctx }) })
}

/** Names the path of the new store, so that a mistyped path is noticed at once. */
function describeNewStore({ keyFile, keyFromCommand }: OpenStore, { db: { value: path } }: Settings): string {
  const key = keyFromCommand
    ? 'Its key is that of the command.'
    : `Its key is ${pathInWords(keyFile)}: keep a copy elsewhere.`
  return `Began a new store: ${pathInWords(path)}. ${key}`
}

function describeClockDifference(difference: number): string {
  const seconds = Math.round(Math.abs(difference) / 1000)
  return `This machine's clock is ${seconds} seconds ${difference > 0 ? 'behind' : 'ahead of'} the server's, which counts: set it.`
}

async function keyCommandReader({
  settings: { keyCommand },
  context: { env },
}: Pick<Session, 'settings' | 'context'>): Promise<(() => Buffer) | undefined> {
  const { value } = keyCommand
  if (value === undefined) return undefined
  const { secretFromCommand } = await import('../db/store/key-command.ts')
  return () => secretFromCommand(value, env)
}

interface ActorSource extends Pick<Session, 'context' | 'settings' | 'command' | 'batch'> {
  dryRun: boolean
}

async function contextFor(store: OpenStore, acting: ActorSource): Promise<RuleContext> {
  const { withRollbackWork } = await import('../db/transact.ts')
  const { readMonotonicTime } = await import('../db/clock.ts')
  await store.engine.server?.ensureStoreRow()
  const at = await readMonotonicTime(store.db, store.now(), store.engine)
  return withRollbackWork(store, () => contextAt(store.db, { ...acting, at }))
}

/** Read within the transaction: rights may have changed during a wait for the lock or an open question. */
async function contextInTransaction(trx: Trx, acting: ActorSource): Promise<RuleContext> {
  const { timeOf } = await import('../db/transact.ts')
  return contextAt(trx, { ...acting, at: timeOf(trx) })
}

async function contextAt(
  db: OpenStore['db'],
  { context, settings, command, dryRun, batch, at }: ActorSource & { at: Date },
): Promise<RuleContext> {
  const { findActor } = await import('../rules/permissions/find-actor.ts')
  const actor = await findActor(db, { typedBy: context, command, dryRun, email: actorEmail(settings), at })
  return {
    actor,
    at,
    random: context.random,
    sender: settings.mailFrom.value,
    ...(batch && { willDeliver: batch.willDeliver }),
  }
}

async function commitFor<Result>(
  store: OpenStore,
  {
    work,
    acting,
    clock,
    notify,
  }: {
    work: WorkFor<Result>
    acting: ActorSource
    clock: Clock | undefined
    notify?: Session['notify']
  },
): Promise<Committed<Result>> {
  const { commit } = await import('../db/transact.ts')
  const { result, queued, missingHead, isLogged } = await commit(
    store,
    async (trx) => {
      const ctx = await contextInTransaction(trx, acting)
      return { done: await work(trx, ctx), actor: ctx.actor }
    },
    clock,
  )
  if (missingHead !== undefined) notify?.(missingHeadNotice(missingHead, 'noted-again'))
  return { result: result.done, queued, actor: result.actor, isLogged }
}

/** A change writes the head again and says so once; a read says that the head is missing as long as it is. */
export function missingHeadNotice(file: string, found: 'noted-again' | 'missing'): Notice {
  const missing = found === 'missing' ? 'is not there' : 'was not there; it is noted there again'
  return {
    code: 'head-missing',
    message: `${file}, in which each change notes where the audit log ends, ${missing}. That is so where the key was brought here without it, or a command was killed while it put a store in its place. Otherwise somebody took it away, and rows may have been cut off: compare with a head that you kept (ssh-admin audit verify --head HASH).`,
  }
}

/** In bytes; reading a smaller store takes no noticeable time. */
const largeStore = 4 * 1024 * 1024

function isLarge(path: string): boolean {
  return isServerAddress(path) || (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > largeStore
}

/** Opens the store, and closes it once the work has succeeded or failed. */
export async function withStore<Result>(
  session: Session,
  mode: OpenMode,
  work: (store: OpenStore) => Promise<Result>,
): Promise<Result> {
  const store = await session.open(mode)
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

/** Opens the store if there is one; for a server this is known only after connecting. */
export async function openIfExists(session: Session, mode: OpenMode): Promise<OpenStore | undefined> {
  try {
    return await session.open(mode)
  } catch (error) {
    if (error instanceof Unavailable && error.code === 'store-missing') return undefined
    throw error
  }
}

/** Checks the mail settings before a change that has queued messages is committed. */
export async function checkMail(trx: Trx, { session }: { session: Session }): Promise<void> {
  const { transactionState } = await import('../db/transact.ts')
  if (transactionState(trx).queued.length === 0) return
  const { checkMailSettings } = await import('../mail/smtp-settings.ts')
  checkMailSettings(session.settings)
}

export function openModeOf({ dryRun, createsStore }: { dryRun: boolean; createsStore: boolean }): OpenMode {
  if (dryRun) return createsStore ? 'rehearse-creation' : 'rehearse'
  return createsStore ? 'create' : 'use'
}

/** Whether there is no store yet, as far as this is known without connecting to a server. */
export function isStoreMissing({ settings }: Pick<Session, 'settings'>): boolean {
  return !existsSync(settings.db.value)
}
