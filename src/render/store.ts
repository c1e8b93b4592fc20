import type { StoreFacts } from '../db/store/facts.ts'
import type { KeptCopy } from '../db/store/kept-copies.ts'
import type { KeyStatus } from '../db/store/keys.ts'
import type { ServerFacts } from '../db/engine.ts'
import type { Voided } from '../db/credentials.ts'
import { type Fact, factLines } from './fields.ts'
import type { View } from './table.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { count, sizeInWords, relativeTime, sentenceCase } from './text.ts'

/** What `store info` answers, in this order. */
export interface StoreDescription extends Omit<StoreFacts, 'storeId' | 'fingerprint'> {
  /** The version of the store itself, which may be older than the copy from which everything else is read. */
  version: number
  /** The copies that lie beside the store. */
  kept: readonly KeptCopy[]
  server: (ServerFacts & { heldBy: string | null }) | null
  /** The command that is changing the store now, and who runs it; null for nobody. */
  heldBy: string | null
  store: string
  bytes: number
  keyFile: string
  key: KeyStatus
}

const keyStatusTexts = {
  there: '',
  missing: ' (missing)',
  'of-another-store': ' (of another store)',
  unreadable: ' (cannot be read)',
} as const

/**
 * With several desks, the key may be a former one of the same store: another desk may have given the store a new key.
 */
function keyInWords({ key, server }: Pick<StoreDescription, 'key' | 'server'>): string {
  return key === 'of-another-store' && server ? " (not this store's, or not any more)" : keyStatusTexts[key]
}

export function renderStore(about: StoreDescription, view: View): string {
  const time = (iso: string) => (view.isTerminal ? relativeTime(iso, view.now) : iso)
  const { centres, users, lastImport } = about
  const lines: Fact[] = [
    ['store', about.store],
    ...(about.server ? [['server', serverInWords(about.server)] satisfies Fact] : []),
    ...(about.heldBy === null ? [] : [['in use by', about.heldBy] satisfies Fact]),
    ['key', `${about.keyFile}${keyInWords(about)}`],
    ['size', view.isTerminal ? sizeInWords(about.bytes) : about.bytes],
    ['begun', time(about.createdAt)],
    ['version', about.version],
    ['centres', `${centres.live}${centres.deleted > 0 ? `, and ${centres.deleted} deleted` : ''}`],
    ['users', `${users.active} active, ${users.invited} invited, ${users.suspended} suspended`],
    ['messages waiting', about.messagesWaiting],
    ['audit log', view.isTerminal ? count(about.auditRows, 'event') : about.auditRows],
    ['last import', lastImport ? `${lastImport.id}: ${lastImport.file}, ${time(lastImport.at)}` : 'none'],
    ...about.kept.map(
      ({ file, at, bytes }): Fact => [
        'kept copy',
        `${file}, ${time(at)}, ${view.isTerminal ? sizeInWords(bytes) : bytes}`,
      ],
    ),
  ]
  if (!view.isTerminal) return lines.map(([name, value]) => tsvLine([name, value])).join('\n')
  const [, ...facts] = lines
  return [
    view.chalk.bold(oneLine(about.store)),
    '',
    ...factLines(facts.map(([name, value]) => [sentenceCase(name), value])),
  ].join('\n')
}

export function serverInWords({ host, port, user, version, roundTripMs }: ServerFacts): string {
  const where = host.startsWith('/') ? `${host} (port ${port})` : `${host}:${port}`
  return `PostgreSQL ${version} on ${where}, as ${user}, ${roundTripMs} ms away`
}

/** The credentials that become void: `3 PINs and 1 link`. */
export function voidedInWords({ pins, links }: Voided): string {
  const counted = [pins > 0 && count(pins, 'PIN'), links > 0 && count(links, 'link')].filter(Boolean)
  return counted.length > 0 ? counted.join(' and ') : 'no PIN and no link'
}
