import { existsSync, statSync } from 'node:fs'
import {
  actingFor,
  misspeltVariables,
  readableConfigFile,
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
import { oneLine } from '../render/clean-text.ts'
import type { Notice } from '../render/json.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { pathInWords } from '../shell-word.ts'
import { type Terminal, terminalOf } from './terminal.ts'
import { isServerAddress } from '../server-address.ts'

export type { Notice }

/** A name that was typed, and whom or which centre it meant. */
export interface FoundByName {
  typed: string
  kind: 'user' | 'centre'
  /** The address, or the number. */
  value: string
  /** The address as it is compared, or the number. */
  key: string
  /** Who that is, in words. */
  described: string
  /** The same for a script. */
  facts: Readonly<Record<string, unknown>>
  /** Which accounts have the address, or which centre the number, as it was when they were found. */
  who: string
}

/** Another file than the store, or the store for what it is opened for. */
interface OpenedOther {
  path?: string
  startsWithChange?: boolean
  /** False: had at once, or not at all. */
  waits?: boolean
  /** That it was begun is the answer itself. */
  saysThatBegun?: boolean
}

/** One command being run: its surroundings, settled. */
export interface Session {
  context: Context
  common: CommonOptions
  settings: Settings
  terminal: Terminal
  /** The words typed, such as `users suspend`. */
  command: string
  /** All that was typed, the options too. */
  argv: readonly string[]
  notices: Notice[]
  /** Those who were named by name, and who they are. */
  named: FoundByName[]
  /** Tells a warning or hint once: on stderr, in one line if no others are given, or in `notices` with --json. */
  notify: (notice: Notice, lines?: readonly string[]) => void
  /** Says a line of the conversation; silent with --json and --quiet. */
  say: (line: string) => void
  /** Says what is being done where that may take seconds, as with a large store, until anything else is said. */
  busy: (words: string) => void
  /** What is said once the answer stands above it, as what a rehearsal would ask. */
  beneath: string[]
  /** Opens the store, or another file that is one. */
  open: (mode: OpenMode, other?: OpenedOther) => Promise<OpenStore>
  /** How the store would be opened. */
  opening: (mode: OpenMode) => Promise<Opening>
  /** Who the command acts for and what they may do, at this moment: for what only looks. */
  ctx: (store: OpenStore) => Promise<RuleContext>
  /** Does the work for good, in one transaction in which the actor, their rights and the time are read first. */
  commit: <Result>(store: OpenStore, work: WorkFor<Result>, clock?: Clock) => Promise<Committed<Result>>
  /** Does the same, and takes all of it back. */
  rehearse: <Result>(store: OpenStore, work: WorkFor<Result>, clock?: Clock) => Promise<Result>
  /** The batch that the command is a line of. */
  batch: Batch | undefined
  /** Looks at a command that is to be a line of a batch. */
  checkLine: CheckLine
}

export type WorkFor<Result> = (trx: Trx, ctx: RuleContext) => Promise<Result>

export interface Committed<Result> extends Omit<SavedChange<Result>, 'missingHead'> {
  /** Who did it, as they were when it was done. */
  by: RuleContext['by']
}

/** What was typed, and where. */
export interface Invocation {
  context: Context
  /** The words as they were typed. */
  argv: readonly string[]
  checkLine: CheckLine
  /** Where they are a line of a batch. */
  batch?: Batch | undefined
  /** There it takes what runs it, once it was looked at. */
  ready?: ((work: LineWork) => void) | undefined
  /** The exit code, once it has run. */
  exit?: number
}

export function sessionOf(
  { words, typed, rehearses }: TypedCommand,
  { context, argv, batch, checkLine }: Invocation,
): Session {
  const said = commonOptions({ ...typed, json: typed.json === true || typed.format === 'json' })
  const common = batch ? commonWithin(batch, said) : said
  const file = withAnyConfiguration.has(words) ? readableConfigFile(context) : undefined
  const settings = batch ? settingsWithin(batch, said) : resolveSettings(common, context, file)
  const changes = !common.dryRun && rehearses
  const quiet = common.quiet || common.json
  const terminal = terminalOf(context, { color: common.color, quiet, changes })
  const notices: Notice[] = []
  const acting = { context, settings, command: words, dryRun: common.dryRun, batch }
  const notified = new Set<string>()
  const notify: Session['notify'] = (notice, lines = [oneLine(notice.message)]) => {
    // What is planned anew, as where the store changed meanwhile, finds the same again.
    if (notified.has(notice.message)) return
    notified.add(notice.message)
    notices.push(notice)
    for (const line of lines) terminal.say(line)
  }
  // The store of a batch is opened by one line, and waited for by all.
  const sayWaiting = batch?.say ?? terminal.say
  context.interruption.sayWith(terminal.say)
  const openingOf = async (mode: OpenMode, other: string | undefined, waits = true): Promise<Opening> => {
    const { nameHolder, readsAlone } = await import('../db/store/opening.ts')
    const path = other ?? settings.db.value
    let isOutageSaid = false
    return {
      path,
      secret: await secretOf({ settings, context }),
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
      // What is done to a copy does not count yet.
      interruption: other === undefined ? context.interruption : undefined,
      onOtherClock: (difference) => notify({ code: 'clock-differs', message: otherClockInWords(difference) }),
      onStandby: () => {
        const message = `No server of ${path} takes changes now: a standby is read, which may lack what was changed last.`
        notify({ code: 'standby', message })
      },
      onOutage: () => {
        const does = readsAlone(mode) ? 'answers' : 'takes changes'
        if (!isOutageSaid) sayWaiting(`Waiting for a server of ${path} that ${does} …`)
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
    const opening = await openingOf(mode, other?.path, other?.waits)
    const startsWithChange = other?.startsWithChange === true
    const writeFirstEvent = (store: OpenStore) => recordCreation(store, acting)
    const store = await openStore(Object.assign(opening, { startsWithChange, writeFirstEvent }))
    if (mode === 'create' && store.created && !other?.saysThatBegun) {
      terminal.say(begunInWords(store, settings))
      // What is to fill it may take minutes.
      context.interruption.begun()
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
    named: [],
    notify,
    say: terminal.say,
    busy: (words) => {
      if (terminal.animated && isLarge(settings.db.value)) terminal.busy(words)
    },
    beneath: [],
    open: batch ? (mode) => batch.storeFor(mode, open) : open,
    opening: (mode) => openingOf(mode, undefined),
    ctx: (store) => contextFor(store, acting),
    commit: async (store, work, clock) => {
      const committed = await commitFor(store, { work, acting, clock, notify })
      if (batch) batch.committed(committed)
      // A copy that is to take the place of a store has none yet.
      else if (store.path !== undefined) {
        const { removeLeftovers } = await import('./leftovers.ts')
        await removeLeftovers({ context, settings, notify }, store)
      }
      return committed
    },
    rehearse: async (store, work, clock) => {
      const { rehearse } = await import('../db/transact.ts')
      return rehearse(store, async (trx) => work(trx, await contextWithin(trx, acting)), clock)
    },
    batch,
    checkLine,
  }
}

/** What is wrong with the configuration file keeps nobody from mending it, from help, nor a shell from starting. */
const withAnyConfiguration = new Set(['config edit', 'help', 'version', 'completion'])

/** What is said once for a whole batch holds for each of its lines. */
function commonWithin({ common }: Batch, said: CommonOptions): CommonOptions {
  const { json, color, debug, wait } = common
  const [yes, dryRun] = [said.yes || common.yes, said.dryRun || common.dryRun]
  return { ...said, json, color, debug, wait, yes, dryRun, input: false }
}

/** A line can act for somebody of its own, where the batch was not begun for one. @throws a usage error */
function settingsWithin({ settings }: Batch, { as }: CommonOptions): Settings {
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

async function recordCreation(store: OpenStore, acting: Acting): Promise<void> {
  const { createStore } = await import('../rules/store/events.ts')
  await commitFor(store, { acting, clock: undefined, work: (trx, ctx) => createStore(trx, { ctx }) })
}

/** Whoever mistyped where the store is sees it here, and not by a count that is too small. */
function begunInWords({ keyFile, keyFromCommand }: OpenStore, { db: { value: place } }: Settings): string {
  const key = keyFromCommand
    ? 'Its key is that of the command.'
    : `Its key is ${pathInWords(keyFile)}: keep a copy elsewhere.`
  return `Began a new store: ${pathInWords(place)}. ${key}`
}

function otherClockInWords(difference: number): string {
  const seconds = Math.round(Math.abs(difference) / 1000)
  return `This machine's clock is ${seconds} seconds ${difference > 0 ? 'behind' : 'ahead of'} the server's, which counts: set it.`
}

async function secretOf({
  settings: { keyCommand },
  context: { env },
}: Pick<Session, 'settings' | 'context'>): Promise<(() => Buffer) | undefined> {
  const { value } = keyCommand
  if (value === undefined) return undefined
  const { secretFromCommand } = await import('../db/store/key-command.ts')
  return () => secretFromCommand(value, env)
}

interface Acting extends Pick<Session, 'context' | 'settings' | 'command' | 'batch'> {
  dryRun: boolean
}

async function contextFor(store: OpenStore, acting: Acting): Promise<RuleContext> {
  const { withRollbackWork } = await import('../db/transact.ts')
  const { timeAfterLastEvent } = await import('../db/clock.ts')
  await store.engine.server?.lookedAt()
  const at = await timeAfterLastEvent(store.db, store.now(), store.engine)
  return withRollbackWork(store, () => contextAt(store.db, { ...acting, at }))
}

/** Read once the store is held: while it was waited for, or a question open, rights may have changed. */
async function contextWithin(trx: Trx, acting: Acting): Promise<RuleContext> {
  const { timeOf } = await import('../db/transact.ts')
  return contextAt(trx, { ...acting, at: timeOf(trx) })
}

async function contextAt(
  db: OpenStore['db'],
  { context, settings, command, dryRun, batch, at }: Acting & { at: Date },
): Promise<RuleContext> {
  const { findActor } = await import('../rules/permissions/find-actor.ts')
  const by = await findActor(db, { typedBy: context, command, dryRun, email: actingFor(settings), at })
  return {
    by,
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
    acting: Acting
    clock: Clock | undefined
    notify?: Session['notify']
  },
): Promise<Committed<Result>> {
  const { commit } = await import('../db/transact.ts')
  const { result, queued, missingHead, isLogged } = await commit(
    store,
    async (trx) => {
      const ctx = await contextWithin(trx, acting)
      return { done: await work(trx, ctx), by: ctx.by }
    },
    clock,
  )
  if (missingHead !== undefined) notify?.(missingHeadNotice(missingHead, 'noted-again'))
  return { result: result.done, queued, by: result.by, isLogged }
}

/** By the change that notes it again it is said once; by what only looks, as long as it is missing. */
export function missingHeadNotice(file: string, found: 'noted-again' | 'missing'): Notice {
  const missing = found === 'missing' ? 'is not there' : 'was not there; it is noted there again'
  return {
    code: 'head-missing',
    message: `${file}, in which each change notes where the audit log ends, ${missing}. That is so where the key was brought here without it, or a command was killed while it put a store in its place. Otherwise somebody took it away, and rows may have been cut off: compare with a head that you kept (ssh-admin audit verify --head HASH).`,
  }
}

/** In bytes: what is asked of a smaller store is answered at once. */
const largeStore = 4 * 1024 * 1024

function isLarge(place: string): boolean {
  return isServerAddress(place) || (statSync(place, { throwIfNoEntry: false })?.size ?? 0) > largeStore
}

/** Opens the store, and closes it once the work is done, or failed. */
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

/** Opens the store where there is one, which of a server only asking tells. */
export async function openIfThere(session: Session, mode: OpenMode): Promise<OpenStore | undefined> {
  try {
    return await session.open(mode)
  } catch (error) {
    if (error instanceof Unavailable && error.code === 'store-missing') return undefined
    throw error
  }
}

/** Mail that is set up wrongly is told of before anything is changed that needs it. */
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

/** Whether there is no store yet, as far as can be told without asking a server. */
export function isMissing({ settings }: Pick<Session, 'settings'>): boolean {
  return !existsSync(settings.db.value)
}
