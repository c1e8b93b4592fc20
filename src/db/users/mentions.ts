import { type RawBuilder, sql } from 'kysely'
import { inPattern } from '../../search-key.ts'
import { positionOf } from '../portable.ts'
import { together, type Trx } from '../transact.ts'

const lineEnd = sql.lit('\n')

export interface WrittenAddress {
  /** As it was written. */
  email: string
  /** As it is compared. */
  emailKey: string
}

/** As it is compared, and as it was written: the name of a domain has a form in ASCII. */
export function spellingsOf(addresses: readonly WrittenAddress[]): string[] {
  return [...new Set(addresses.flatMap(({ email, emailKey }) => [emailKey, email.toLowerCase()]))]
}

/** Finds addresses within a text, and never one that is only part of a longer one. */
export function mentionsIn(addresses: readonly WrittenAddress[]): RegExp {
  return new RegExp(`(?<![a-z0-9._+-])(?:${alternatives(addresses)})(?![a-z0-9-]|\\.[\\p{L}\\p{N}])`, 'giu')
}

/** The same in the name of a file, where an address is followed by a file's ending, or follows another word. */
export function mentionsInFileName(addresses: readonly WrittenAddress[]): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives(addresses)})(?![\\p{L}\\p{N}])`, 'giu')
}

/** Whether a column may hold one of them: what stands before the @ is in the English alphabet. */
export function mayMention(column: string, addresses: readonly WrittenAddress[]): RawBuilder<boolean> {
  const starts = [
    ...new Set(addresses.map(({ emailKey }) => emailKey.slice(0, emailKey.lastIndexOf('@') + 1))),
  ]
  return sql<boolean>`(${sql.join(
    // A text that somebody wrote may hold what no name does.
    starts.map((start) => sql`${positionOf(start, sql`lower(${sql.ref(column)})`)} > 0`),
    sql` or `,
  )})`
}

export interface Mentions {
  /** Names of templates. */
  templates: string[]
  /** Numbers of centres. */
  centres: string[]
  /** Numbers of resources, help documents and releases that bear the address in a title or the name of a file. */
  resources: number[]
  helpDocuments: number[]
  releases: number[]
  /** Rows of the log whose facts bear the name of a file. */
  events: number[]
  /** Numbers of centres with learner groups or tests that are called so. */
  progressionTests: string[]
}

/** Both of somebody's names: one alone may be anybody's. */
export interface FullName {
  firstName: string
  lastName: string
}

/** What names somebody, by an address or by both names, and is not theirs to change. */
export async function findMentions(
  trx: Trx,
  { addresses, names }: { addresses: readonly WrittenAddress[]; names: readonly FullName[] },
): Promise<Mentions> {
  if (addresses.length === 0 && names.length === 0) {
    const none = { templates: [], centres: [], resources: [], helpDocuments: [], releases: [] }
    return { ...none, events: [], progressionTests: [] }
  }
  const inText = orNamed(mentionsIn(addresses), { addresses, names })
  const inFileName = orNamed(mentionsInFileName(addresses), { addresses, names })
  const named = <Id>(pattern: RegExp, texts: Texts) => namedIn<Id>(trx, texts, { addresses, names, pattern })
  const [templates, centres, resources, helpDocuments, releases, events, progressionTests] = await together(
    named<string>(inText, { of: 'templates', id: 'name', columns: ['subject', 'text', 'html'] }),
    named<string>(inText, {
      of: 'centres',
      id: 'number',
      columns: ['address', 'town', 'postcode', 'name'],
    }),
    named<number>(inFileName, { of: 'resources', columns: ['title', 'file'] }),
    named<number>(inFileName, {
      of: 'help_documents join help_document_versions on document_id = help_documents.id',
      columns: ['title', 'file'],
    }),
    named<number>(inFileName, { of: 'releases', columns: ['name'] }),
    named<number>(inFileName, { of: 'audit', columns: ['facts'] }),
    named<string>(inText, {
      of: `learner_groups left join tests on learner_group_id = learner_groups.id
        left join results on test_id = tests.id
        join users on users.id = owner_id join centres on centres.id = users.centre_id`,
      id: 'centres.number',
      columns: ['learner_groups.name', 'stage', 'subject', 'title', 'learner'],
    }),
  )
  return { templates, centres, resources, helpDocuments, releases, events, progressionTests }
}

export interface Texts {
  /** A table, or several that are joined. */
  of: string
  /** What a row is called by; absent: its number. */
  id?: string
  columns: readonly string[]
}

/** Which rows name one of them in these columns, in their order. */
export async function namedIn<Id>(
  trx: Trx,
  { of, id = 'id', columns }: Texts,
  {
    addresses,
    names = [],
    pattern,
  }: { addresses: readonly WrittenAddress[]; names?: readonly FullName[]; pattern: RegExp },
): Promise<Id[]> {
  const words = sql.join(
    columns.map((column) => sql`coalesce(${sql.ref(column)}, '')`),
    sql` || ${lineEnd} || `,
  )
  const may = sql.join(
    columns.flatMap((column) => [
      ...(addresses.length > 0 ? [mayMention(column, addresses)] : []),
      ...names.map(({ lastName }) => mayName(column, lastName)),
    ]),
    sql` or `,
  )
  const { rows } = await sql<{ id: Id; words: string }>`
    select ${sql.ref(id)} as id, ${words} as words from ${sql.raw(of)} where ${may} order by 1`.execute(trx)
  return [...new Set(rows.filter((row) => row.words.search(pattern) >= 0).map((row) => row.id))]
}

/** As it is written, or in small letters: a store that is a file knows the capitals of English alone. */
function mayName(column: string, lastName: string): RawBuilder<boolean> {
  const lower = positionOf(lastName.toLowerCase(), sql`lower(${sql.ref(column)})`)
  return sql<boolean>`(${positionOf(lastName, sql.ref(column))} > 0 or ${lower} > 0)`
}

/** The same, or both names, one behind the other in either order. */
function orNamed(
  mentions: RegExp,
  { addresses, names }: { addresses: readonly WrittenAddress[]; names: readonly FullName[] },
): RegExp {
  const whole = names.flatMap(({ firstName, lastName }) => {
    const [first, last] = [inPattern(firstName), inPattern(lastName)]
    return [`${first}\\s+${last}`, `${last},?\\s+${first}`]
  })
  const byName = `(?<![\\p{L}\\p{N}])(?:${whole.join('|')})(?![\\p{L}\\p{N}])`
  const patterns = [...(addresses.length > 0 ? [mentions.source] : []), ...(whole.length > 0 ? [byName] : [])]
  return new RegExp(patterns.join('|'), 'iu')
}

function alternatives(addresses: readonly WrittenAddress[]): string {
  return spellingsOf(addresses).map(inPattern).join('|')
}
