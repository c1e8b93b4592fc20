import { countryCode } from '../countries.ts'
import type { OpenStore } from '../db/store/opening.ts'
import type { Trx } from '../db/transact.ts'
import { hintOfLines, NotFound } from '../errors.ts'
import {
  centreCandidate,
  centresNamed,
  describeCentre,
  isKnownNumber,
  centreNotFoundByName,
  type Deleted,
  describeUser,
  userNotFoundByName,
  userCandidate,
  usersNamed,
} from '../rules/find-by-name.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { readCentreNumber } from '../rules/centres/find.ts'
import { invalidAudience } from '../rules/releases/audience.ts'
import { accountsWith, type NamedCentre, ownersOfNames } from '../db/by-name.ts'
import { canBeName, takesCentres, takesOnlyCentres, type NamesTyped, namesInValue } from './names-typed.ts'
import type { NamedKind } from './parameters.ts'
import { choose } from './prompt.ts'
import { type FoundByName, type Session, withStore } from './session.ts'
import { commandLine, type Line, lineWithReplacements, splitOptionValues } from './typed-line.ts'
import { wordsIn } from '../search-key.ts'
import { formatNumber } from '../format-number.ts'

/** The typed values with names replaced by addresses and numbers. A change by name needs somebody to confirm it. */
export async function resolveNames(
  { typed, kinds, fromStdin, changes }: NamesTyped,
  session: Session,
): Promise<Record<string, unknown>> {
  return withStore(session, session.common.dryRun ? 'rehearse' : 'read', async (store) => {
    // A change needs the key, so a missing key is reported before any name is looked up.
    if (changes) store.keys()
    const ctx = await session.ctx(store)
    const find = async (text: unknown, kind: NamedKind) => {
      if (typeof text !== 'string' || fromStdin.has(text)) return text
      const search = { kind, store, ctx, session }
      const words: string[] = []
      for (const word of await splitNames(text, search)) {
        const found = canBeName(word, kind) ? await findByName(word, search) : undefined
        words.push(found ?? word)
      }
      return words.join(',')
    }
    const found: Record<string, unknown> = { ...typed }
    for (const [parameter, kind] of kinds) {
      const value = typed[parameter]
      if (!Array.isArray(value)) found[parameter] = await find(value, kind)
      else {
        const each: unknown[] = []
        for (const text of value) each.push(await find(text, kind))
        found[parameter] = each
      }
    }
    if (changes && !mayAsk(session) && session.foundByName.length > 0) throw unconfirmedNames(session)
    return found
  })
}

interface NameSearch {
  kind: NamedKind
  store: OpenStore
  ctx: RuleContext
  session: Session
}

/** Splits a list at its commas, except within a centre's name: `Nile Academy,Delta School, Cairo` is two centres. */
async function splitNames(text: string, search: NameSearch): Promise<string[]> {
  const { kind, store, ctx } = search
  const words = namesInValue(text, kind)
  if (words.length === 1) return words
  const names: string[] = []
  while (words.length > 0) {
    const end = words.findIndex((word) => !canBeName(word, kind))
    let length = Math.min(maxWordsOfName, end < 0 ? words.length : end)
    for (; length > 1; length -= 1) {
      const parts = words.slice(0, length)
      const { rows } = await centresNamed(store.db, { text: parts.join(','), ctx })
      const whole = rows.find(({ name }) => hasPartsInOrder(name, parts))
      if (whole === undefined) continue
      await refuseAmbiguousCommas(parts, whole, search)
      break
    }
    names.push(words.splice(0, Math.max(1, length)).join(',').trim())
  }
  return names
}

/** Whether the parts occur in order: `Delta, Cairo` is Delta School, Cairo; `Cairo, Delta School` is two centres. */
function hasPartsInOrder(name: string, parts: readonly string[]): boolean {
  const named = name.split(',').map((part) => wordsIn(part))
  return named.some((_, first) =>
    parts.every((part, at) =>
      wordsIn(part).every((word) => named[first + at]?.some((other) => other.includes(word))),
    ),
  )
}

/** Refuses a name with commas that is the name of one centre, while each of its parts is the name of another. */
async function refuseAmbiguousCommas(
  parts: readonly string[],
  whole: NamedCentre,
  { store, ctx }: NameSearch,
): Promise<void> {
  const several: NamedCentre[] = []
  for (const text of parts) {
    const { rows, total } = await centresNamed(store.db, { text, ctx })
    const [centre] = rows
    if (centre === undefined || total > 1 || centre.number === whole.number) return
    several.push(centre)
  }
  const numbers = several.map(({ number }) => number).join(',')
  throw new NotFound(
    'ambiguous-centre',
    `'${parts.join(',')}' is ${describeCentre(whole)}, or ${several.map(describeCentre).join(' and ')}.`,
    {
      hint: `Say which by number: ${whole.number}, or ${numbers}.`,
      details: { candidates: [whole, ...several].map(centreCandidate), total: several.length + 1 },
    },
  )
}

/** @returns the address or number; undefined where the text is no name */
async function findByName(text: string, search: NameSearch): Promise<string | undefined> {
  const { kind, store, ctx, session } = search
  const mayBeCentre = takesCentres(kind)
  if (mayBeCentre && (await isKnownNumber(store.db, { text, ctx }))) return undefined
  if (kind === 'centres' && (await hasEntries(store, text))) return undefined
  await refuseUnquotedName(text, search)
  const { candidates, total } = await candidatesFor(text, search)
  const [first] = candidates
  if (!first) {
    await refuseEndOfName(text, search)
    if (kind === 'subject' || kind === 'past-user') return undefined
    const country = kind === 'audience' ? countryCode(text) : undefined
    if (country !== undefined) throw invalidAudience(text, `country:${country}`)
    throw await nameNotFound(text, search)
  }
  if (total > 1 && (!mayAsk(session) || session.common.dryRun || total > candidates.length))
    throw ambiguousName(text, { candidates, total, session })
  const chosen =
    total > 1
      ? await choose(session.terminal, {
          question: `Which '${text}'?`,
          choices: candidates.map((candidate) => ({ value: candidate, name: candidate.described })),
        })
      : first
  if (chosen.facts.status === 'deleted' && chosen.kind === 'user') {
    const accounts = await accountsWith(store.db, chosen.key)
    if (accounts > 1) throw ambiguousAddress(chosen, accounts)
  }
  session.foundByName.push(chosen)
  return chosen.value
}

/** Entries may refer to a centre that is not in the store; they are found by its number. */
async function hasEntries({ db }: OpenStore, text: string): Promise<boolean> {
  const number = readCentreNumber(text)
  const { countEntries } = await import('../db/entries.ts')
  return number !== undefined && (await countEntries(db, { centres: [number] })) > 0
}

const maxWordsOfName = 4

/** `users suspend Omar Said`: refuses two words that together are one person's name. */
async function refuseUnquotedName(text: string, search: NameSearch): Promise<void> {
  const argv = splitOptionValues(search.session.argv)
  const first = argv.indexOf(text)
  const whole = await longestNameAt(argv, first, search)
  if (whole === undefined) return
  let { line } = whole
  // The words behind the name may be further names without quotes: the suggested line joins those too.
  for (let at = first + 1; canBeWordOfName(line[at]); at += 1)
    line = (await longestNameAt(line, at, search))?.line ?? line
  const { candidates, total } = whole
  const [found] = candidates
  throw new NotFound(
    found.kind === 'user' ? 'ambiguous-user' : 'ambiguous-centre',
    `'${text}' and what stands behind it are one name: ${found.described}.`,
    {
      hint: hintOfLines([commandLine(line)]),
      details: { candidates: candidates.slice(0, maxListed).map(({ facts }) => facts), total },
    },
  )
}

/** `--to Delta Academy`: refuses the last word of a name whose words before it were taken for another value. */
async function refuseEndOfName(text: string, search: NameSearch): Promise<void> {
  const argv = splitOptionValues(search.session.argv)
  const before = argv[argv.indexOf(text) - 1]
  if (canBeWordOfName(before)) await refuseUnquotedName(before, { ...search, kind: 'user-or-centre' })
}

function canBeWordOfName(word: string | undefined): word is string {
  return word !== undefined && !word.startsWith('-') && !word.includes('@')
}

/** Compares whole words: `omar layla` may be two people although there is a Layla Omari. */
function hasAllWords(described: string, typed: string): boolean {
  const words = new Set(wordsIn(described))
  return wordsIn(typed).every((word) => words.has(word))
}

/** The longest name of two or more words that begins at a word of the line, and the line with the name as one word. */
async function longestNameAt(
  argv: Line,
  at: number,
  search: NameSearch,
): Promise<{ line: Line; candidates: [FoundByName, ...FoundByName[]]; total: number } | undefined> {
  const words = at < 0 ? [] : argv.slice(at, at + maxWordsOfName)
  const end = words.findIndex((word) => !canBeWordOfName(word))
  for (let length = end < 0 ? words.length : end; length > 1; length -= 1) {
    const whole = words.slice(0, length).join(' ')
    const { candidates, total } = await candidatesFor(whole, search)
    const [first, ...others] = candidates.filter(({ described }) => hasAllWords(described, whole))
    if (first) return { line: argv.toSpliced(at, length, whole), candidates: [first, ...others], total }
  }
  return undefined
}

/** Several accounts have had this address: a command that used it would mean another one than was named. */
function ambiguousAddress({ described, value }: FoundByName, accounts: number): NotFound {
  return new NotFound(
    'ambiguous-user',
    `${described}: ${accounts} accounts have had this address, so the name does not say which is meant.`,
    { hint: `Look first, and go by the address: ssh-admin users show ${value}` },
  )
}

function mayAsk({ terminal, common }: Session): boolean {
  return terminal.canAsk && common.input && !common.yes
}

async function candidatesFor(
  text: string,
  { kind, store: { db }, ctx }: NameSearch,
): Promise<{ candidates: FoundByName[]; total: number }> {
  const people = takesOnlyCentres(kind)
    ? noRows
    : await usersNamed(db, { text, deleted: deletedByKind[kind], ctx })
  const centres = takesCentres(kind) ? await centresNamed(db, { text, ctx }) : noRows
  const ownersOfUsers = await ownersOfNames(db, {
    kind: 'user',
    keys: people.rows.map(({ emailKey }) => emailKey),
  })
  const users = people.rows.map(
    (user, at): FoundByName => ({
      typed: text,
      kind: 'user',
      value: user.email,
      key: user.emailKey,
      described: describeUser(user),
      facts: userCandidate(user),
      owner: ownersOfUsers[at] ?? '',
    }),
  )
  const ownersOfCentres = await ownersOfNames(db, {
    kind: 'centre',
    keys: centres.rows.map(({ number }) => number),
  })
  const foundCentres = centres.rows.map(
    (centre, at): FoundByName => ({
      typed: text,
      kind: 'centre',
      value: centre.number,
      key: centre.number,
      described: describeCentre(centre),
      facts: centreCandidate(centre),
      owner: ownersOfCentres[at] ?? '',
    }),
  )
  return { candidates: [...users, ...foundCentres], total: people.total + centres.total }
}

const noRows = { rows: [], total: 0 }

const deletedByKind: Readonly<Record<Exclude<NamedKind, 'centre' | 'centres' | 'audience'>, Deleted>> = {
  user: 'never',
  'any-user': 'if-nobody-else',
  'deleted-user': 'only',
  'past-user': 'if-nobody-else',
  'user-or-centre': 'never',
  subject: 'if-nobody-else',
}

async function nameNotFound(text: string, { kind, store: { db }, ctx }: NameSearch) {
  if (takesOnlyCentres(kind)) return centreNotFoundByName(db, { text, ctx })
  return userNotFoundByName(db, { text, deleted: deletedByKind[kind], ctx })
}

const maxListed = 10
/** For so few people or centres a line for each is suggested. */
const maxLines = 3

function ambiguousName(
  text: string,
  { candidates, total, session }: { candidates: readonly FoundByName[]; total: number; session: Session },
): NotFound {
  const shown = candidates.slice(0, maxListed)
  const areCentres = candidates.every(({ kind }) => kind === 'centre')
  const areUsers = candidates.every(({ kind }) => kind === 'user')
  const what = areCentres ? 'centres' : areUsers ? 'people' : 'people and centres'
  const lines = shown.map(({ described }) => `  ${described}`)
  const more = total > shown.length ? [`  … and ${formatNumber(total - shown.length)} more`] : []
  const placeholder = areCentres ? 'CENTRE' : areUsers ? 'EMAIL' : 'EMAIL-OR-CENTRE'
  const lineFor = (value: string) => `  ${lineWithReplacements(session.argv, new Map([[text, value]]))}`
  // Of many, none is likelier than another: a line with the first would be pasted for a stranger.
  const next = total > maxLines ? [lineFor(placeholder)] : shown.map(({ value }) => lineFor(value))
  const all = `  ${commandLine([areCentres ? 'centres' : 'users', 'list', text])}`
  const listed = total > shown.length && (areCentres || areUsers) ? ['All of them:', all] : []
  return new NotFound(
    areCentres ? 'ambiguous-centre' : 'ambiguous-user',
    `${formatNumber(total)} ${what} are called '${text}'.`,
    {
      hint: ['They are:', ...lines, ...more, ...listed, 'Say which:', ...next].join('\n'),
      details: { candidates: shown.map(({ facts }) => facts), total },
    },
  )
}

/** Where nobody can confirm who was found, a change must name people by their address. */
function unconfirmedNames({ foundByName, argv }: Session): NotFound {
  const people = foundByName.filter(({ kind }) => kind === 'user')
  const who = foundByName.map(({ typed, described }) => `'${typed}' is ${described}`).join('; ')
  return new NotFound(
    people.length > 0 ? 'ambiguous-user' : 'ambiguous-centre',
    `A name is not enough for a change where nobody is asked. ${who}.`,
    {
      hint: lineWithReplacements(argv, new Map(foundByName.map(({ typed, value }) => [typed, value]))),
      details: { candidates: foundByName.map(({ facts }) => facts), total: foundByName.length },
    },
  )
}

/** The question for a change by name, even in a command that asks nothing else; none where nothing would change. */
export function questionForNames(
  { foundByName, argv }: Pick<Session, 'foundByName' | 'argv'>,
  answer: object,
): string | undefined {
  if (isUnchanged(answer)) return undefined
  const words = argv.filter((word) => word !== '--dry-run')
  const line = lineWithReplacements(words, new Map(foundByName.map(({ typed, value }) => [typed, value])))
  return `Go on with ${line}?`
}

function isUnchanged(answer: object): boolean {
  const flags = [answer, ...Object.values(answer).flat()].flatMap((part: unknown) =>
    typeof part === 'object' && part !== null && 'changed' in part ? [part.changed] : [],
  )
  return flags.length > 0 && flags.every((changed) => changed === false)
}

/** The accounts and centres that have the found addresses and numbers now, to notice a change meanwhile. */
export async function readOwners(trx: Trx, named: readonly FoundByName[]): Promise<string[]> {
  const who: string[] = []
  for (const { kind, key } of named) who.push(...(await ownersOfNames(trx, { kind, keys: [key] })))
  return who
}
