import { type RawBuilder, sql } from 'kysely'

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
    starts.map((start) => sql`instr(lower(${sql.ref(column)}), ${start}) > 0`),
    sql` or `,
  )})`
}

function alternatives(addresses: readonly WrittenAddress[]): string {
  return spellingsOf(addresses)
    .map((spelling) => spelling.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('|')
}
