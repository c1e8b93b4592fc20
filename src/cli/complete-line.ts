import { existsSync } from 'node:fs'
import type { Kysely } from 'kysely'
import { actorEmail, resolveSettings } from '../config.ts'
import type { Context } from '../context.ts'
import {
  type Among,
  centresWithPrefix,
  type Held,
  rolesOrSitesOf,
  numberedWithPrefix,
  usersWithPrefix,
} from '../db/completions.ts'
import type { Store } from '../db/schema.ts'
import { openStore } from '../db/store/open.ts'
import { oneLine } from '../render/clean-text.ts'
import type { Actor } from '../rules/permissions/actor.ts'
import { findActor } from '../rules/permissions/find-actor.ts'
import { visibleCentres } from '../rules/permissions/decide.ts'
import { isServerAddress } from '../server-address.ts'
import { suggestions, type WordToComplete, matchingChoices, wordToComplete } from './completion.ts'
import { completionsFor } from './parameters.ts'
import { emptyProgram, loadCommandFor, placeholderCommand, commandWordsIn } from './program.ts'
import { tree } from './tree.ts'

/** Answers a shell's request for completions. A line that cannot be completed is no error. */
export async function completeLine(typed: readonly string[], context: Context): Promise<number> {
  const words = commandWordsIn(typed.slice(0, -1))
  const program = emptyProgram()
  for (const [word, node] of Object.entries(tree)) {
    program.addCommand(
      word === words[0] ? await loadCommandFor(word, node, { words }) : placeholderCommand(word, node),
    )
  }
  const word = wordToComplete(program, typed)
  const line = { typed, context }
  const values = word ? [...(await valuesFromStore(word, line)), ...(await matchingValues(word, line))] : []
  context.stdout.write(
    `${values.map((value) => `${value}\n`).join('')}${suggestions(program, { typed, word })}`,
  )
  return 0
}

/** Addresses and centre numbers of the store that fit the word, each with its meaning. */
async function valuesFromStore(
  word: WordToComplete,
  { typed, context }: CompletionRequest,
): Promise<string[]> {
  const { nameKind, completions } = completionsFor(word.declared)
  const kind = nameKind ?? (completions && 'stored' in completions ? completions.stored : undefined)
  if (kind === undefined) return []
  try {
    const values = await valuesOf(kind, { word, typed, context })
    return values.map((line) => `${word.before}${line}`)
  } catch {
    // An error message would disturb the line that is being typed, so nothing is offered.
    return []
  }
}

/** Roles and sites; where a person is named before the word, only those that can be taken from or given to them. */
async function matchingValues(word: WordToComplete, line: CompletionRequest): Promise<string[]> {
  const values = matchingChoices(word)
  const [person = ''] = word.arguments
  const heldValues = heldValuesByParameter[`${word.command} ${nameOf(word)}`]
  if (heldValues === undefined || !person.includes('@')) return values
  const { what, isHeld } = heldValues
  const heldByPerson = readStore(line, ({ db, actor }) =>
    rolesOrSitesOf(db, { key: person.toLowerCase(), visible: visibleCentres(actor), what }),
  )
  // An error message would disturb the line that is being typed, so all values are offered.
  const held = await heldByPerson.catch(() => undefined)
  if (held === undefined) return values
  const typedValues = new Set(word.arguments.slice(1))
  return values.filter((line) => {
    const [value = ''] = line.slice(word.before.length).split('\t')
    return held.has(value) === isHeld && !typedValues.has(value)
  })
}

/** By command and position: what is taken must be held by the person, what is given must not be. */
const heldValuesByParameter: Readonly<Record<string, { what: Held; isHeld: boolean }>> = {
  'roles revoke role': { what: 'roles', isHeld: true },
  'roles grant role': { what: 'roles', isHeld: false },
  'users edit --remove-role': { what: 'roles', isHeld: true },
  'users edit --add-role': { what: 'roles', isHeld: false },
  'users edit --remove-site': { what: 'sites', isHeld: true },
  'users edit --add-site': { what: 'sites', isHeld: false },
  'users transfer --site': { what: 'sites of groups', isHeld: true },
}

interface CompletionRequest {
  typed: readonly string[]
  context: Context
}

async function valuesOf(
  kind: string,
  { word, ...line }: CompletionRequest & { word: WordToComplete },
): Promise<string[]> {
  const { prefix } = word
  const found = await readStore(line, async ({ db, actor }) => {
    const search = { prefix, visible: visibleCentres(actor), among: candidateFilter(word) }
    const users = /user|subject/.test(kind) ? await usersWithPrefix(db, search) : []
    const centres = /centre|audience|subject/.test(kind) ? await centresWithPrefix(db, search) : []
    // Only Cambridge staff may list these.
    const others = actor.kind === 'staff' ? await numberedWithPrefix(db, { kind, prefix }) : []
    return [...users, ...centres, ...others]
  })
  return (found ?? []).map(({ value, description }) => `${oneLine(value)}\t${oneLine(description)}`)
}

interface StoreReader {
  db: Kysely<Store>
  actor: Actor
}

/**
 * Reads as the actor of the line.
 * @returns undefined without a store, or where the line must name its actor and does not
 */
async function readStore<Read>(
  { typed, context }: CompletionRequest,
  read: (source: StoreReader) => Promise<Read>,
): Promise<Read | undefined> {
  const flag = (name: string) => optionValue(typed, name)
  const flags = { db: flag('--db'), keyFile: flag('--key-file'), as: flag('--as') }
  const settings = resolveSettings(flags, context)
  const { db: path, keyFile } = { db: settings.db.value, keyFile: settings.keyFile.value }
  const isUnnamed = settings.asRequired.value === 'true' && settings.as.value === undefined
  if (isUnnamed || isServerAddress(path) || !existsSync(path)) return undefined
  const { now } = context
  const store = await openStore({
    path,
    keyFile,
    maxWaitMs: 0,
    mode: 'read',
    now,
    command: 'complete',
    onWait: () => undefined,
  })
  try {
    const email = actorEmail(settings)
    // Completion shows what a list would show, and everybody may ask for lists.
    const actor = await findActor(store.db, { typedBy: context, command: 'find', email, at: now() })
    return await read({ db: store.db, actor })
  } finally {
    await store.close()
  }
}

/** Limits completions by the argument before the word: to those who can take a person's place, or be assigned. */
function candidateFilter(word: WordToComplete): Among | undefined {
  const {
    command,
    arguments: [first],
  } = word
  const name = nameOf(word)
  const isNamed = first !== undefined && /[@\d]/.test(first)
  // A person or centre that is named by name, and not by address or number, is not looked up here.
  if (!isNamed) return undefined
  if (command === 'coordinator change' && name === '--to') return { adminsOf: first.toUpperCase() }
  const parameter = `${command} ${name}`
  if (parameter === 'users transfer --to' || parameter === 'users delete --transfer-to')
    return { colleaguesOf: first.toLowerCase() }
  if (command === 'associates assign') return { assignableTo: first.toLowerCase() }
  return command === 'associates unassign' ? { assignedTo: first.toLowerCase() } : undefined
}

function nameOf({ declared }: WordToComplete): string {
  return 'long' in declared ? (declared.long ?? '') : declared.name()
}

function optionValue(typed: readonly string[], name: string): string | undefined {
  const at = typed.lastIndexOf(name, typed.length - 2)
  if (at >= 0) return typed[at + 1]
  return typed.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
}
