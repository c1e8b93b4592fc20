import { type RawBuilder, sql } from 'kysely'
import { escapeRegExp, searchKey } from '../../search-key.ts'
import { isBeyondAscii, positionOf } from '../portable.ts'
import { awaitAll, type Trx } from '../transact.ts'

const lineEnd = sql.lit('\n')

export interface WrittenAddress {
  /** The address as it was written. */
  email: string
  /** The address as it is compared. */
  emailKey: string
}

/** Each address as compared and as written, which differ where a domain has an ASCII form. */
export function spellingsOf(addresses: readonly WrittenAddress[]): string[] {
  return [...new Set(addresses.flatMap(({ email, emailKey }) => [emailKey, email.toLowerCase()]))]
}

/** Matches addresses within a text, but none that is only part of a longer one. */
export function mentionPattern(addresses: readonly WrittenAddress[]): RegExp {
  return new RegExp(`(?<![a-z0-9._+-])(?:${alternatives(addresses)})(?![a-z0-9-]|\\.[\\p{L}\\p{N}])`, 'giu')
}

/** Letters of scripts that are written without blanks between words, or with endings joined to a name. */
const unspaced = ['Han', 'Hira', 'Kana', 'Bopo', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr']
  .map((script) => `\\p{scx=${script}}`)
  .join('')
/** Where a word of another script begins and ends; letters of those scripts may stand beside it without a blank. */
const wordBegins = `(?<!(?![${unspaced}])[\\p{L}\\p{N}])`
const wordEnds = `(?!(?![${unspaced}])[\\p{L}\\p{N}])`

/** The same in a file name, where an extension may follow an address, or a word precede it. */
export function mentionsInFileName(addresses: readonly WrittenAddress[]): RegExp {
  return new RegExp(`${wordBegins}(?:${alternatives(addresses)})${wordEnds}`, 'giu')
}

/** A quick test whether a column may contain one of the addresses: the part before the @, which is ASCII. */
export function mayMention(column: string, addresses: readonly WrittenAddress[]): RawBuilder<boolean> {
  const starts = [
    ...new Set(addresses.map(({ emailKey }) => emailKey.slice(0, emailKey.lastIndexOf('@') + 1))),
  ]
  return sql<boolean>`(${sql.join(
    // Not `contains`, as SQLite's `glob` stops at a NUL, which free text may have and a name has not.
    starts.map((start) => sql`${positionOf(start, sql`lower(${sql.ref(column)})`)} > 0`),
    sql` or `,
  )})`
}

export interface Mentions {
  /** Names of templates. */
  templates: string[]
  /** Numbers of centres. */
  centres: string[]
  /** Numbers of resources, help documents and releases that contain it in a title or a file name. */
  resources: number[]
  helpDocuments: number[]
  releases: number[]
  /** Rows of the log that contain it in a file name among their facts. */
  events: number[]
  /** Numbers of centres with learner groups or tests, learners included, whose names contain it. */
  progressionTests: string[]
}

/** A person's present and former names, folded for comparison. */
export interface Names {
  /** Full names, first name first, which only a namesake shares. */
  whole: readonly string[]
  /** The single names of a person with several, which anybody may have. */
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

/** The texts that contain one of the addresses or full names, and that erasing does not change. */
export async function findMentions(
  trx: Trx,
  { addresses, names }: { addresses: readonly WrittenAddress[]; names: Names },
): Promise<Mentions> {
  const named = <Id>(pattern: typeof mentionPattern, of: Texts) =>
    rowsMentioning<Id>(trx, of, { addresses, names: names.whole, pattern: pattern(addresses) })
  const [templates, centres, resources, helpDocuments, releases, events, progressionTests] = await awaitAll(
    named<string>(mentionPattern, texts.templates),
    named<string>(mentionPattern, texts.centres),
    named<number>(mentionsInFileName, texts.resources),
    named<number>(mentionsInFileName, texts.helpDocuments),
    named<number>(mentionsInFileName, texts.releases),
    named<number>(mentionsInFileName, texts.events),
    named<string>(mentionPattern, texts.progressionTests),
  )
  return { templates, centres, resources, helpDocuments, releases, events, progressionTests }
}

/**
 * The texts that contain a single name of theirs: titles, releases, templates, and at their own centres the centre's
 * details, learner groups and tests. Learners are left out, as one of that name is another person.
 */
export async function findOneName(
  trx: Trx,
  { parts, centreNumbers }: Pick<Names, 'parts'> & { centreNumbers: readonly string[] },
): Promise<Omit<Mentions, 'events'>> {
  const named = <Id extends string | number>(of: Texts) =>
    rowsMentioning<Id>(trx, of, { addresses: [], names: parts })
  const [templates, centres, resources, helpDocuments, releases, progressionTests] = await awaitAll(
    named<string>(texts.templates),
    named<string>(texts.centres),
    named<number>(texts.resources),
    named<number>(texts.helpDocuments),
    named<number>(texts.releases),
    named<string>(texts.groupsAndTests),
  )
  const ownNumbers = (numbers: string[]) => numbers.filter((number) => centreNumbers.includes(number))
  return {
    templates,
    centres: ownNumbers(centres),
    resources,
    helpDocuments,
    releases,
    progressionTests: ownNumbers(progressionTests),
  }
}

export interface Texts {
  /** A table, or a join of several. */
  of: string
  /** The column that identifies a row; absent: `id`. */
  id?: string
  columns: readonly string[]
}

interface Naming {
  addresses: readonly WrittenAddress[]
  names?: readonly string[]
  /** Matches the addresses. */
  pattern?: RegExp
}

/** The ids of the rows that contain an address or a name in these columns, in order. */
export async function rowsMentioning<Id>(
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

/** A quick test in SQL: an ASCII text must contain a name's longest word; other texts are folded and tested later. */
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

const beginsUnspaced = new RegExp(`^[${unspaced}]`, 'u')
const endsUnspaced = new RegExp(`[${unspaced}]$`, 'u')

/**
 * Matches full names, in order or with the last name first as in a list; in a file name, dots may join the words. A
 * name in a script without blanks is found within other words too, and with its own words joined.
 */
function namesIn(names: readonly string[]): RegExp {
  const each = names.flatMap((name) => {
    const words = wordsOf(name)
    return [words, [...words.slice(-1), ...words.slice(0, -1)]].map(nameInText)
  })
  return new RegExp([...new Set(each)].join('|'), 'u')
}

function nameInText(words: readonly string[]): string {
  const [first = '', last = ''] = [words[0], words.at(-1)]
  const pattern = words.reduce((before, word, at) => {
    if (at === 0) return escapeRegExp(word)
    const mayJoin = endsUnspaced.test(words[at - 1] ?? '') || beginsUnspaced.test(word)
    return `${before}[\\s\\u200b,.·・=_-]${mayJoin ? '*' : '+'}${escapeRegExp(word)}`
  }, '')
  return `${beginsUnspaced.test(first) ? '' : wordBegins}${pattern}${endsUnspaced.test(last) ? '' : wordEnds}`
}

const wordsOf = (name: string) => name.split(/[\s,.-]+/).filter((word) => word !== '')

function alternatives(addresses: readonly WrittenAddress[]): string {
  return spellingsOf(addresses).map(escapeRegExp).join('|')
}
