import { type RawBuilder, sql } from 'kysely'
import { contains } from '../portable.ts'
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
    starts.map((start) => contains(sql`lower(${sql.ref(column)})`, start)),
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
}

/** What names somebody and is not theirs to change. */
export async function findMentions(trx: Trx, addresses: readonly WrittenAddress[]): Promise<Mentions> {
  if (addresses.length === 0)
    return { templates: [], centres: [], resources: [], helpDocuments: [], releases: [], events: [] }
  const inText = mentionsIn(addresses)
  const inFileName = mentionsInFileName(addresses)
  const templates = trx
    .selectFrom('templates')
    .select(['name', sql<string>`subject || ${lineEnd} || text || ${lineEnd} || html`.as('words')])
    .orderBy('name')
    .execute()
  const centres = trx
    .selectFrom('centres')
    .select([
      'number',
      sql<string>`address || ${lineEnd} || town || ${lineEnd} || postcode || ${lineEnd} || name`.as('words'),
    ])
    .where((eb) =>
      eb.or(
        (['address', 'town', 'postcode', 'name'] as const).map((column) => mayMention(column, addresses)),
      ),
    )
    .orderBy('number')
    .execute()
  const events = trx
    .selectFrom('audit')
    .select(['id', 'facts'])
    .where(mayMention('facts', addresses))
    .orderBy('id')
    .execute()
  const resources = trx
    .selectFrom('resources')
    .select(['id', sql<string>`title || ${lineEnd} || file`.as('words')])
    .where((eb) => eb.or([mayMention('title', addresses), mayMention('file', addresses)]))
    .orderBy('id')
    .execute()
  const helpDocuments = trx
    .selectFrom('help_documents')
    .innerJoin('help_document_versions', 'document_id', 'help_documents.id')
    .select(['help_documents.id', sql<string>`title || ${lineEnd} || file`.as('words')])
    .where((eb) => eb.or([mayMention('title', addresses), mayMention('file', addresses)]))
    .orderBy('help_documents.id')
    .execute()
  const releases = trx
    .selectFrom('releases')
    .select(['id', 'name as words'])
    .where(mayMention('name', addresses))
    .orderBy('id')
    .execute()
  const [inTemplates, inCentres, inEvents, inResources, inHelpDocuments, inReleases] = await together(
    templates,
    centres,
    events,
    resources,
    helpDocuments,
    releases,
  )
  const names = (pattern: RegExp) => (row: { words: string }) => row.words.search(pattern) >= 0
  const numbersOf = (rows: readonly { id: number; words: string }[]) => [
    ...new Set(rows.filter(names(inFileName)).map(({ id }) => id)),
  ]
  return {
    templates: inTemplates.filter(names(inText)).map(({ name }) => name),
    centres: inCentres.filter(names(inText)).map(({ number }) => number),
    resources: numbersOf(inResources),
    helpDocuments: numbersOf(inHelpDocuments),
    releases: numbersOf(inReleases),
    events: inEvents.filter(({ facts }) => facts.search(inFileName) >= 0).map(({ id }) => id),
  }
}

function alternatives(addresses: readonly WrittenAddress[]): string {
  return spellingsOf(addresses)
    .map((spelling) => spelling.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('|')
}
