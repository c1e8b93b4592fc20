import { type RawBuilder, sql } from 'kysely'
import { inPattern, searchKey } from '../../search-key.ts'
import { isBeyondAscii, positionOf } from '../portable.ts'
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

/** What somebody is and was called, as it is compared. */
export interface Names {
  /** Each whole, first name first: nobody but a namesake is called so. */
  whole: readonly string[]
  /** Of somebody with two names each alone, which may be anybody's. */
  parts: readonly string[]
}

const texts = {
  templates: { of: 'templates', id: 'name', columns: ['subject', 'text', 'html'] },
  centres: { of: 'centres', id: 'number', columns: ['address', 'town', 'postcode', 'name'] },
  resources: { of: 'resources', columns: ['title', 'file'] },
  helpDocuments: {
    of: 'help_documents join help_document_versions on document_id = help_documents.id',
    columns: ['title', 'file'],
  },
  releases: { of: 'releases', columns: ['name'] },
  events: { of: 'audit', columns: ['facts'] },
  progressionTests: {
    of: `learner_groups left join tests on learner_group_id = learner_groups.id
      left join results on test_id = tests.id
      join users on users.id = owner_id join centres on centres.id = users.centre_id`,
    id: 'centres.number',
    columns: ['learner_groups.name', 'stage', 'subject', 'title', 'learner'],
  },
  groupsAndTests: {
    of: `learner_groups left join tests on learner_group_id = learner_groups.id
      join users on users.id = owner_id join centres on centres.id = users.centre_id`,
    id: 'centres.number',
    columns: ['learner_groups.name', 'stage', 'subject', 'title'],
  },
} as const satisfies Record<string, Texts>

/** What names somebody, by an address or by a whole name, and is not theirs to change. */
export async function findMentions(
  trx: Trx,
  { addresses, names }: { addresses: readonly WrittenAddress[]; names: Names },
): Promise<Mentions> {
  const named = <Id>(pattern: typeof mentionsIn, of: Texts) =>
    namedIn<Id>(trx, of, { addresses, names: names.whole, pattern: pattern(addresses) })
  const [templates, centres, resources, helpDocuments, releases, events, progressionTests] = await together(
    named<string>(mentionsIn, texts.templates),
    named<string>(mentionsIn, texts.centres),
    named<number>(mentionsInFileName, texts.resources),
    named<number>(mentionsInFileName, texts.helpDocuments),
    named<number>(mentionsInFileName, texts.releases),
    named<number>(mentionsInFileName, texts.events),
    named<string>(mentionsIn, texts.progressionTests),
  )
  return { templates, centres, resources, helpDocuments, releases, events, progressionTests }
}

/**
 * What has one of their names alone: a title, a release, a template, and of their own centres the entry, the learner
 * groups and the tests. A learner of that
 * name is somebody else.
 */
export async function findOneName(
  trx: Trx,
  { parts, centreNumbers }: Pick<Names, 'parts'> & { centreNumbers: readonly string[] },
): Promise<Omit<Mentions, 'events'>> {
  const named = <Id extends string | number>(of: Texts) =>
    namedIn<Id>(trx, of, { addresses: [], names: parts })
  const [templates, centres, resources, helpDocuments, releases, progressionTests] = await together(
    named<string>(texts.templates),
    named<string>(texts.centres),
    named<number>(texts.resources),
    named<number>(texts.helpDocuments),
    named<number>(texts.releases),
    named<string>(texts.groupsAndTests),
  )
  const theirs = (numbers: string[]) => numbers.filter((number) => centreNumbers.includes(number))
  return {
    templates,
    centres: theirs(centres),
    resources,
    helpDocuments,
    releases,
    progressionTests: theirs(progressionTests),
  }
}

export interface Texts {
  /** A table, or several that are joined. */
  of: string
  /** What a row is called by; absent: its number. */
  id?: string
  columns: readonly string[]
}

interface Naming {
  addresses: readonly WrittenAddress[]
  names?: readonly string[]
  /** Of the addresses. */
  pattern?: RegExp
}

/** Which rows name one of them in these columns, in their order. */
export async function namedIn<Id>(
  trx: Trx,
  { of, id = 'id', columns }: Texts,
  { addresses, names = [], pattern }: Naming,
): Promise<Id[]> {
  if (addresses.length === 0 && names.length === 0) return []
  const words = sql.join(
    columns.map((column) => sql`coalesce(${sql.ref(column)}, '')`),
    sql` || ${lineEnd} || `,
  )
  const may = sql.join(
    columns.flatMap((column) => [
      ...(addresses.length > 0 ? [mayMention(column, addresses)] : []),
      ...(names.length > 0 ? [mayName(column, names)] : []),
    ]),
    sql` or `,
  )
  const { rows } = await sql<{ id: Id; words: string }>`
    select distinct ${sql.ref(id)} as id, ${words} as words from ${sql.raw(of)} where ${may} order by 1`.execute(
    trx,
  )
  const named = names.length > 0 ? namesIn(names) : undefined
  const mentions = addresses.length > 0 ? pattern : undefined
  const isNamed = (text: string) =>
    (mentions !== undefined && text.search(mentions) >= 0) || named?.test(searchKey(text))
  return [...new Set(rows.filter((row) => isNamed(row.words)).map((row) => row.id))]
}

/** A text of English letters has one of them as it is compared; any other is looked at, as a store cannot compare it so. */
function mayName(column: string, names: readonly string[]): RawBuilder<boolean> {
  const longest = names.map((name) =>
    wordsOf(name).reduce((one, other) => (other.length > one.length ? other : one), ''),
  )
  const lower = sql`lower(${sql.ref(column)})`
  return sql<boolean>`(${sql.join(
    [
      isBeyondAscii(sql.ref(column)),
      ...[...new Set(longest)].map((word) => sql`${positionOf(word, lower)} > 0`),
    ],
    sql` or `,
  )})`
}

/** Each whole, with its words in their order or the last one first, as in a list; in the name of a file a dot joins them. */
function namesIn(names: readonly string[]): RegExp {
  const between = '[\\s,._-]+'
  const each = names.flatMap((name) => {
    const words = wordsOf(name).map(inPattern)
    const last = words.at(-1) ?? ''
    return [words, [last, ...words.slice(0, -1)]].map((order) => order.join(between))
  })
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${[...new Set(each)].join('|')})(?![\\p{L}\\p{N}])`, 'u')
}

const wordsOf = (name: string) => name.split(/[\s,.-]+/).filter((word) => word !== '')

function alternatives(addresses: readonly WrittenAddress[]): string {
  return spellingsOf(addresses).map(inPattern).join('|')
}
