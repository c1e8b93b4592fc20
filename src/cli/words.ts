import { type Group, type Loader, tree } from './tree.ts'

/** What people type for a noun or a command, and its own words. */
const groupNames: Readonly<Record<string, string>> = {
  centre: 'centres',
  center: 'centres',
  centers: 'centres',
  user: 'users',
  coordinators: 'coordinator',
  associate: 'associates',
  role: 'roles',
  'progression-test': 'progression-tests',
  accounts: 'account',
  template: 'templates',
  resource: 'resources',
  release: 'releases',
  'key-time': 'key-times',
  'help-document': 'help-documents',
}

const shortcuts: Readonly<Record<string, readonly string[]>> = {
  'reset-password': ['users', 'reset-password'],
  import: ['centres', 'import'],
  search: ['find'],
  '-v': ['--version'],
}

/** Several verbs mean the same; a noun has one of them. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  unsuspend: ['restore'],
  undelete: ['restore'],
  enable: ['restore'],
  unblock: ['restore'],
  reactivate: ['restore'],
  upload: ['import'],
  import: ['upload'],
  create: ['add'],
  add: ['create', 'upload'],
  new: ['add', 'create'],
  find: ['list'],
  search: ['list'],
  ls: ['list'],
  get: ['show'],
  view: ['show'],
  update: ['edit'],
  modify: ['edit'],
}

/** What leads to somebody losing something is never run by another word, only named. */
const graver: Readonly<Record<string, readonly string[]>> = {
  disable: ['suspend', 'delete'],
  block: ['suspend'],
  deactivate: ['suspend', 'delete'],
  lock: ['suspend'],
  delete: ['withdraw'],
  remove: ['withdraw'],
  rm: ['delete', 'remove', 'withdraw'],
  del: ['delete', 'remove', 'withdraw'],
  destroy: ['delete', 'withdraw'],
  unpublish: ['withdraw'],
  open: ['publish'],
  release: ['publish'],
}

/** A Key Time is taken away by an option. */
const removing: ReadonlySet<string> = new Set(['delete', 'remove', 'rm', 'del', 'destroy'])

/** Where a word of the command stands among what was typed. */
interface Position {
  word: string
  at: number
}

/** The words typed, with those of the program in the place of those that people bring. */
export function understood(argv: readonly string[], positions: readonly Position[]): readonly string[] {
  if (argv.length === 1 && argv[0] === '-v') return ['--version']
  const [first, second] = positions
  if (!first || first.word === 'help') return argv
  const shortcut = Object.hasOwn(tree, first.word) ? undefined : own(shortcuts, first.word)
  if (shortcut) return replaced(argv, first, shortcut)
  if (first.word === 'activate')
    return replaced(
      argv,
      first,
      second?.word.includes('@') ? ['account', 'activate'] : ['coordinator', 'add'],
    )
  const groupName = own(groupNames, first.word)
  if (groupName !== undefined)
    return understoodVerb(replaced(argv, first, [groupName]), { groupName, verb: second })
  return understoodVerb(argv, { groupName: first.word, verb: second })
}

function understoodVerb(
  argv: readonly string[],
  { groupName, verb }: { groupName: string; verb: Position | undefined },
): readonly string[] {
  const group = groupOf(groupName)
  if (!group || !verb || Object.hasOwn(group.verbs, verb.word)) return argv
  if (verb.word === 'activate' && groupName === 'centres') return moved(argv, verb, ['coordinator', 'add'])
  if (verb.word === 'activate' && groupName === 'users') return moved(argv, verb, ['account', 'activate'])
  const meant = known(synonyms, verb.word).find((word) => Object.hasOwn(group.verbs, word))
  return meant === undefined ? argv : replaced(argv, verb, [meant])
}

/** The verbs of a noun that a grave word leads to. */
export function graveVerbs(
  word: string,
  { groupName, verbs }: { groupName: string | undefined; verbs: readonly string[] },
): string[] {
  if (groupName === 'key-times' && removing.has(word)) return ['edit --remove']
  return known(graver, word).filter((verb) => verbs.includes(verb))
}

function known(words: Readonly<Record<string, readonly string[]>>, word: string): readonly string[] {
  return own(words, word) ?? []
}

/** What is typed may be `constructor`. */
function own<Value>(words: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined
}

function groupOf(groupName: string): Group | undefined {
  const node: Group | Loader | undefined = Object.hasOwn(tree, groupName) ? tree[groupName] : undefined
  return typeof node === 'function' ? undefined : node
}

function replaced(argv: readonly string[], { at }: Position, by: readonly string[]): string[] {
  return [...argv.slice(0, at), ...by, ...argv.slice(at + 1)]
}

/** Another noun too: the one that was typed, somewhere before the verb, goes. */
function moved(argv: readonly string[], verb: Position, by: readonly string[]): string[] {
  const groupName = argv.findIndex((word, at) => at < verb.at && Object.hasOwn(tree, word))
  return [
    ...argv.slice(0, groupName),
    ...by,
    ...argv.slice(groupName + 1, verb.at),
    ...argv.slice(verb.at + 1),
  ]
}
