import { performance } from 'node:perf_hooks'
import { query } from '../cli/define.ts'
import type { Session } from '../cli/session.ts'
import { pendingPinSheets } from '../db/imports/imports.ts'
import { expiredSince } from '../db/messages.ts'
import { keyStatus, type KeyStatus, keyFailure } from '../db/store/keys.ts'
import type { ServerFacts } from '../db/engine.ts'
import { storeCounts, type StoreCounts } from '../db/store/facts.ts'
import type { OpenStore } from '../db/store/opening.ts'
import { lifetimes } from '../rules/credentials/lifetimes.ts'
import { type OpeningSoon, releasesOpeningSoon } from '../rules/releases/opening-soon.ts'
import { pathInWords } from '../shell-word.ts'
import { oneLine, tsvLine } from '../render/clean-text.ts'
import { serverInWords } from '../render/store.ts'
import type { View } from '../render/table.ts'
import { count, relativeTime } from '../render/text.ts'
import { plainTime } from '../plain-time.ts'
import { wrapLine } from '../render/wrap.ts'
import { formatNumber } from '../format-number.ts'

export const status = () =>
  query({
    name: 'status',
    summary: 'show at a glance what is in the store, what waits and what to do next',
    description:
      'Show the store on one screen: whether its key can be used, who is changing it, of one on a server also which server answers and how far away it is, centres and people by status, messages that wait or failed, invitations and PINs that lapse soon, PIN sheets that are owed, releases that open within a day, the last imports, and what to do next. ssh-admin alone at a terminal shows the same.',
    examples: ['ssh-admin status', 'ssh-admin status --json'],
    read: (store, { at }, _options, session) => statusOf(store, { at, session }),
    render: renderStatus,
    json: ({ keyProblem: _, completeLines, ...status }) => ({
      ...status,
      next: nextSteps(status).map(({ command }) => completeLines(command)),
    }),
  })

const day = 86_400_000
/** Credentials that lapse within these periods are reported. */
const expiryNotice = { links: day, pins: 3 * day }

/** Collects the status from the store. */
async function statusOf(store: OpenStore, { at, session }: { at: Date; session: Session }): Promise<Status> {
  const began = performance.now()
  const before = (ms: number) => new Date(at.getTime() - ms).toISOString()
  // A server gets these in one round trip.
  const [{ lastImports, ...counts }, pendingSheets, opening] = await Promise.all([
    storeCounts(store.db, {
      linksFrom: before(0),
      linksUntil: before(-expiryNotice.links),
      expiredFrom: expiredSince(at),
      expiredPinsFrom: new Date(Date.parse(expiredSince(at)) - lifetimes.pin).toISOString(),
      pinsFrom: before(lifetimes.pin),
      pinsUntil: before(lifetimes.pin - expiryNotice.pins),
    }),
    pendingPinSheets(store.db),
    releasesOpeningSoon(store.db, at),
  ])
  const answersInMs = Math.ceil(performance.now() - began)
  const heldBy = await store.engine.currentHolder()
  const server = (await store.engine.readServerFacts()) ?? null
  // keyCommand is not run here: a secret manager may take long or prompt. `store info` runs it.
  const failure = store.keyFromCommand ? undefined : keyFailure(store)
  return {
    store: session.settings.db.value,
    key: store.keyFromCommand ? 'by-command' : keyStatus(failure),
    keyProblem: failure && [failure.message, failure.hint].filter(Boolean).join(' '),
    answersInMs,
    server,
    heldBy,
    ...counts,
    sheetsOwed: pendingSheets.map(({ importId, file }) => ({ import: importId, file })),
    opening,
    lastImports,
    completeLines: session.completeLines,
  }
}

/** In the order of --json. */
interface Status extends StoreCounts {
  store: string
  key: KeyStatus | 'by-command'
  /** Why the key cannot be used, and what to do. */
  keyProblem: string | undefined
  /** How long the store took to answer, in milliseconds. */
  answersInMs: number
  /** The server that has a shared store, and how far away it is; null for a file. */
  server: ServerFacts | null
  /** The command that is changing the store now, and who runs it. */
  heldBy: string | null
  /** PIN sheets that are still pending. */
  sheetsOwed: readonly { import: number; file: string }[]
  /** Releases that open somewhere within a day. */
  opening: readonly OpeningSoon[]
  /** Adds the typed options for the store to a command. */
  completeLines: Session['completeLines']
}

/** The status on one screen; in a pipe one name and value a line. */
function renderStatus(status: Status, view: View): string {
  const lines = statusLines(status, view)
  if (!view.isTerminal) return lines.map(tsvLine).join('\n')
  const { chalk, width } = view
  const shown = lines.map(([name, value]) => {
    const [first = '', ...more] = wrapLine(oneLine(value), Math.max(20, width - 13)).split('\n')
    return [
      `${chalk.bold(name.padEnd(12))} ${first}`,
      ...more.map((line) => `${' '.repeat(13)}${line}`),
    ].join('\n')
  })
  const steps = nextSteps(status).map(({ command, reason }) => ({
    command: status.completeLines(command),
    reason,
  }))
  const longest = Math.max(...steps.map(({ command }) => command.length))
  const next = steps.map(({ command, reason }, at) => {
    const line = `${at === 0 ? chalk.bold('Next'.padEnd(12)) : ' '.repeat(12)} ${command}`
    return 13 + longest + 2 + reason.length > width
      ? line
      : `${line}${' '.repeat(longest + 2 - command.length)}${chalk.dim(reason)}`
  })
  return [...shown, ...(next.length > 0 ? ['', ...next] : [])].join('\n')
}

type Line = readonly [name: string, value: string, ...more: (string | null)[]]

function statusLines(status: Status, view: View): Line[] {
  const { centres, users, messages, lapsing, opening, lastImports } = status
  const time = (iso: string) => (view.isTerminal ? relativeTime(iso, view.now) : iso)
  const countsInWords = (...parts: readonly (readonly [number, string])[]) =>
    parts
      .filter(([many], at) => many > 0 || at === 0)
      .map(([many, what]) => `${formatNumber(many)} ${what}`)
      .join(', ')
  const lapses = [
    ...(lapsing.links > 0 ? [`${count(lapsing.links, 'invitation')} within a day`] : []),
    ...(lapsing.pins > 0 ? [`${count(lapsing.pins, 'PIN')} within three days`] : []),
  ]
  const optional: Line[] = [
    ...(lapses.length > 0 ? [['Lapses soon', lapses.join(', ')] as const] : []),
    ...status.sheetsOwed.map(
      (sheet) => ['Owed', `the PIN sheet of import ${sheet.import} (${sheet.file})`] as const,
    ),
    ...opening.map((release) => openingLine(release, view)),
  ]
  return [
    [
      'Store',
      view.isTerminal ? `${pathInWords(status.store)} (answered in ${status.answersInMs} ms)` : status.store,
    ],
    ...(status.server ? [['Server', serverInWords(status.server)] as const] : []),
    ...(status.keyProblem === undefined ? [] : [['Key', status.keyProblem] as const]),
    ...(status.heldBy === null ? [] : [['In use by', status.heldBy] as const]),
    [
      'Centres',
      countsInWords([centres.active, 'active'], [centres.approved, 'approved'], [centres.deleted, 'deleted']),
    ],
    [
      'People',
      countsInWords(
        [users.active, 'active'],
        [users.invited, 'invited'],
        [users.suspended, 'suspended'],
        [users.deleted, 'deleted'],
      ),
    ],
    [
      'Messages',
      countsInWords(
        [messages.waiting, 'waiting'],
        [messages.failed, 'failed'],
        [messages.unknown, 'that may have been sent'],
        [messages.expired, 'expired before they could be sent'],
      ),
    ],
    ...optional,
    ...(lastImports.length === 0 ? [['Imports', 'none yet'] as const] : []),
    ...lastImports.map(
      ({ id, file, at, state }, index) =>
        [
          index === 0 ? 'Imports' : '',
          `${id}: ${file}, ${time(at)}${state === 'undone' ? ' (undone)' : ''}`,
        ] as const,
    ),
  ]
}

/** At a terminal with the local times of the first and last opening; in a pipe these are separate columns. */
function openingLine(
  { name, firstOpensAt, firstOpensLocal, lastOpensAt, lastOpensLocal, centres, withoutKeyTime }: OpeningSoon,
  { isTerminal }: View,
): Line {
  const never = withoutKeyTime === 0 ? '' : `; never for ${count(withoutKeyTime, 'centre')} of them`
  const whom = `for ${count(centres, 'centre')}${never}`
  if (firstOpensAt === null) return ['Opens soon', `${name}, ${whom}`]
  if (!isTerminal)
    return [
      'Opens soon',
      `${name}, from ${firstOpensAt}, ${whom}`,
      firstOpensLocal,
      lastOpensAt,
      lastOpensLocal,
    ]
  const first = utcAndLocalTime(firstOpensAt, firstOpensLocal)
  const last =
    lastOpensAt === null || lastOpensAt === firstOpensAt ? [] : [utcAndLocalTime(lastOpensAt, lastOpensLocal)]
  return ['Opens soon', `${name}, from ${[first, ...last].join(', last at ')}, ${whom}`]
}

/** `2026-06-01 22:00 UTC (2026-06-02 10:00 Pacific/Auckland)`; the local date only if it differs. */
function utcAndLocalTime(iso: string, local: string | null): string {
  if (local === null) return plainTime(iso)
  const [date = '', time = '', zone = ''] = local.split(' ')
  return `${plainTime(iso)} (${iso.startsWith(date) ? '' : `${date} `}${time} ${zone})`
}

const maxSteps = 3

interface Step {
  command: string
  reason: string
}

/** Suggested next commands, most urgent first. */
function nextSteps({
  centres,
  messages,
  sheetsOwed,
  lapsing,
  opening,
}: Omit<Status, 'keyProblem' | 'completeLines'>): Step[] {
  const [pending] = sheetsOwed
  const steps = [
    pending && {
      command: `ssh-admin centres pins ${pending.import} --out ${`pins-${pending.import}.xlsx`}`,
      reason: 'makes the sheet that is owed',
    },
    opening.some(({ withoutKeyTime }) => withoutKeyTime > 0) && {
      command: 'ssh-admin errors list',
      reason: 'says why some never see what opens soon',
    },
    messages.failed > 0 && { command: 'ssh-admin mail list --state failed', reason: 'which failed, and why' },
    messages.unknown > 0 && {
      command: 'ssh-admin mail list --state unknown',
      reason: 'which may have been sent',
    },
    messages.expired > 0 && {
      command: 'ssh-admin mail list --expired',
      reason: 'who got nothing, and what sends it anew',
    },
    messages.waiting > 0 && { command: 'ssh-admin mail send', reason: 'sends what waits' },
    ...(centres.active + centres.approved === 0
      ? [
          { command: 'ssh-admin centres sample centres.xlsx', reason: 'an empty workbook to fill in' },
          { command: 'ssh-admin centres import centres.xlsx', reason: 'centres and users in, PINs out' },
        ]
      : []),
    centres.approved > 0 && {
      command: 'ssh-admin centres list --status approved',
      reason: 'have no coordinator yet',
    },
    lapsing.links + lapsing.pins > 0 && {
      command: 'ssh-admin users list --not-set-up',
      reason: 'have not set up their account',
    },
  ]
  return steps.filter((step) => step !== false && step !== undefined).slice(0, maxSteps)
}
