import { existsSync } from 'node:fs'
import type { Kysely } from 'kysely'
import { actingFor, resolveSettings } from '../config.ts'
import type { Context } from '../context.ts'
import {
  type Among,
  centresWithPrefix,
  type Held,
  heldBy,
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
import { suggestions, type WordToComplete, valuesAt, wordToComplete } from './completion.ts'
import { offersFor } from './parameters.ts'
import { emptyProgram, growFor, nameOnly, wordsIn } from './program.ts'
import { tree } from './tree.ts'

/** Answers a shell that completes a line; what cannot be completed is no error. */
export async function completeLine(typed: readonly string[], context: Context): Promise<number> {
  const words = wordsIn(typed.slice(0, -1))
  const program = emptyProgram()
  for (const [word, node] of Object.entries(tree)) {
    program.addCommand(word === words[0] ? await growFor(word, node, { words }) : nameOnly(word, node))
  }
  const word = wordToComplete(program, typed)
  const line = { typed, context }
  const values = word ? [...(await valuesFromStore(word, line)), ...(await valuesThatFit(word, line))] : []
  context.stdout.write(
    `${values.map((value) => `${value}\n`).join('')}${suggestions(program, { typed, word })}`,
  )
  return 0
}

/** Addresses and centre numbers of the store, for a shell that completes a word; each with its meaning. */
async function valuesFromStore(word: WordToComplete, { typed, context }: Line): Promise<string[]> {
  const { named, offered } = offersFor(word.declared)
  const kind = named ?? (offered && 'stored' in offered ? offered.stored : undefined)
  if (kind === undefined) return []
  try {
    const values = await valuesOf(kind, { word, typed, context })
    return values.map((line) => `${word.before}${line}`)
  } catch {
    // Who presses TAB reads no error: nothing is offered.
    return []
  }
}

/** Of roles and sites, where somebody stands before them: those that they can lose, or be given. */
async function valuesThatFit(word: WordToComplete, line: Line): Promise<string[]> {
  const values = valuesAt(word)
  const [person = ''] = word.arguments
  const position = heldAt[`${word.command} ${nameOf(word)}`]
  if (position === undefined || !person.includes('@')) return values
  const { what, isHeld } = position
  const ofPerson = fromStore(line, ({ db, by }) =>
    heldBy(db, { key: person.toLowerCase(), visible: visibleCentres(by), what }),
  )
  // Who presses TAB reads no error: all are offered.
  const held = await ofPerson.catch(() => undefined)
  if (held === undefined) return values
  const isTyped = new Set(word.arguments.slice(1))
  return values.filter((line) => {
    const [value = ''] = line.slice(word.before.length).split('\t')
    return held.has(value) === isHeld && !isTyped.has(value)
  })
}

/** What is taken from somebody they have; what they are given they have not. */
const heldAt: Readonly<Record<string, { what: Held; isHeld: boolean }>> = {
  'roles revoke role': { what: 'roles', isHeld: true },
  'roles grant role': { what: 'roles', isHeld: false },
  'users edit --remove-role': { what: 'roles', isHeld: true },
  'users edit --add-role': { what: 'roles', isHeld: false },
  'users edit --remove-site': { what: 'sites', isHeld: true },
  'users edit --add-site': { what: 'sites', isHeld: false },
  'users transfer --site': { what: 'sites of groups', isHeld: true },
}

interface Line {
  typed: readonly string[]
  context: Context
}

async function valuesOf(kind: string, { word, ...line }: Line & { word: WordToComplete }): Promise<string[]> {
  const { prefix } = word
  const found = await fromStore(line, async ({ db, by }) => {
    const search = { prefix, visible: visibleCentres(by), among: amongWhom(word) }
    const users = /user|subject/.test(kind) ? await usersWithPrefix(db, search) : []
    const centres = /centre|audience|subject/.test(kind) ? await centresWithPrefix(db, search) : []
    // Cambridge staff's alone, as their lists are.
    const others = by.kind === 'staff' ? await numberedWithPrefix(db, { kind, prefix }) : []
    return [...users, ...centres, ...others]
  })
  return (found ?? []).map(({ value, meaning }) => `${oneLine(value)}\t${oneLine(meaning)}`)
}

interface Seen {
  db: Kysely<Store>
  by: Actor
}

/** What is read by whom the line names; undefined where there is no store, or nobody is named who has to be. */
async function fromStore<Read>(
  { typed, context }: Line,
  read: (seen: Seen) => Promise<Read>,
): Promise<Read | undefined> {
  const flag = (name: string) => valueAfter(typed, name)
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
    const email = actingFor(settings)
    // What is offered is what a list would show, which everybody may ask for.
    const by = await findActor(store.db, { typedBy: context, command: 'find', email, at: now() })
    return await read({ db: store.db, by })
  } finally {
    await store.close()
  }
}

/** Whom or what the word before it leaves: those who can take a place, or be given something. */
function amongWhom(word: WordToComplete): Among | undefined {
  const {
    command,
    arguments: [first],
  } = word
  const name = nameOf(word)
  const isNamed = first !== undefined && /[@\d]/.test(first)
  // Of somebody, or a centre, who is only called by name, nothing is known here.
  if (!isNamed) return undefined
  if (command === 'coordinator change' && name === '--to') return { adminsOf: first.toUpperCase() }
  const takesOver = `${command} ${name}`
  if (takesOver === 'users transfer --to' || takesOver === 'users delete --transfer-to')
    return { colleaguesOf: first.toLowerCase() }
  if (command === 'associates assign') return { assignableTo: first.toLowerCase() }
  return command === 'associates unassign' ? { assignedTo: first.toLowerCase() } : undefined
}

function nameOf({ declared }: WordToComplete): string {
  return 'long' in declared ? (declared.long ?? '') : declared.name()
}

function valueAfter(typed: readonly string[], name: string): string | undefined {
  const at = typed.lastIndexOf(name, typed.length - 2)
  if (at >= 0) return typed[at + 1]
  return typed.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1)
}
