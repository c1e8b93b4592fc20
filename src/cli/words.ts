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
  teacher: 'users',
  teachers: 'users',
  person: 'users',
  people: 'users',
  school: 'centres',
  schools: 'centres',
  'associate-centres': 'associates',
  keytime: 'key-times',
  keytimes: 'key-times',
  message: 'mail',
  messages: 'mail',
  email: 'mail',
  emails: 'mail',
  letters: 'templates',
  'email-templates': 'templates',
  log: 'audit',
  logs: 'audit',
  events: 'audit',
  'event-logs': 'audit',
  'audit-log': 'audit',
  'audit-reports': 'audit',
  reports: 'audit',
  history: 'audit',
}

const shortcuts: Readonly<Record<string, readonly string[]>> = {
  'reset-password': ['users', 'reset-password'],
  'forgot-password': ['users', 'reset-password'],
  'sign-in': ['account', 'sign-in'],
  login: ['account', 'sign-in'],
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
  invite: ['add'],
  filter: ['list'],
  details: ['show'],
  info: ['show'],
  resend: ['reset-password'],
  'forgot-password': ['reset-password'],
  'password-reset': ['reset-password'],
  password: ['reset-password'],
}

/** What somebody who names some of them is told, because all are listed. */
const widerLists: Readonly<Record<string, { option: string; what: string }>> = {
  users: {
    option: '--role',
    what: 'Administrators and coordinators are listed too. Teachers alone: ssh-admin users list --role teacher',
  },
  centres: {
    option: '--kind',
    what: 'Associates are listed too. Without them: ssh-admin centres list --kind school,associate-centre',
  },
}
const namesOfSome: ReadonlySet<string> = new Set(['teacher', 'teachers', 'school', 'schools'])

/** Where teachers were asked for, or schools, and a list shows others too: that it does. */
export function alsoListed(argv: readonly string[], words: readonly string[]): string | undefined {
  const [noun = '', verb] = words
  const list = verb === 'list' ? own(widerLists, noun) : undefined
  if (!list || !argv.some((word) => namesOfSome.has(word))) return undefined
  return argv.some((word) => word.startsWith(list.option)) ? undefined : list.what
}

/** What belongs to another command of a noun, or to one of another noun: it is named, not run. */
const belongsTo: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  users: {
    admin: ['users edit --admin'],
    'make-admin': ['users edit --admin'],
    promote: ['users edit --admin'],
    'add-role': ['roles grant'],
    'add-site': ['users edit --add-site'],
    grant: ['roles grant'],
    revoke: ['roles revoke'],
    import: ['users add --from'],
    upload: ['users add --from'],
    'sign-in': ['account sign-in'],
    assign: ['associates assign', 'roles grant'],
    'remove-from-organisation': ['users remove'],
    rename: ['users edit'],
    demote: ['users edit --no-admin'],
    unlock: ['users restore', 'users reset-password'],
    export: ['users list --format csv'],
  },
  centres: {
    undo: ['centres imports undo'],
    issues: ['errors list', 'centres imports show'],
    duplicates: ['users duplicates'],
    users: ['users list --centre'],
    coordinator: ['coordinator show'],
    suspend: ['coordinator suspend'],
    disable: ['coordinator suspend'],
    deactivate: ['coordinator suspend'],
    block: ['coordinator suspend'],
    ban: ['coordinator suspend'],
    lock: ['coordinator suspend'],
    assign: ['associates assign'],
    rename: ['centres edit'],
    unlock: ['coordinator restore'],
  },
  coordinator: {
    unlock: ['coordinator restore'],
    delete: ['coordinator change'],
    remove: ['coordinator change'],
    list: ['centres list'],
  },
  associates: { centres: ['associates show'], add: ['associates assign'] },
  roles: {
    add: ['roles grant'],
    assign: ['roles grant'],
    give: ['roles grant'],
    remove: ['roles revoke'],
    delete: ['roles revoke'],
    show: ['roles list', 'users show'],
  },
  mail: { delete: ['mail cancel'], remove: ['mail cancel'] },
  audit: { show: ['audit list --subject'] },
  config: {
    delete: ['config unset'],
    remove: ['config unset'],
    rm: ['config unset'],
    del: ['config unset'],
    clear: ['config unset'],
    reset: ['config unset'],
  },
  'progression-tests': { transfer: ['users transfer'] },
  'help-documents': { show: ['help-documents list'], delete: ['help-documents withdraw'] },
}

/** Where a word leads that is no verb of this noun. */
export function leadsTo(groupName: string, word: string): readonly string[] {
  return known(own(belongsTo, groupName) ?? {}, word)
}

/** The words beside its verbs by which a noun is led elsewhere. */
export function wordsThatLead(groupName: string): readonly string[] {
  return Object.keys(own(belongsTo, groupName) ?? {})
}

/** Where a word leads that belongs to some noun which was not said. */
export function leadsAnywhere(
  word: string,
  isOfWhatIsNamed: (groupName: string) => boolean,
): readonly string[] {
  const found = Object.keys(belongsTo)
    .filter(isOfWhatIsNamed)
    .flatMap((name) => leadsTo(name, word))
  return [...new Set(found)]
}

/** The noun that a word is, or is another word for. */
export function nounOf(word: string): string | undefined {
  const name = own(groupNames, word) ?? word
  return groupOf(name) ? name : undefined
}

/** What leads to somebody losing something is never run by another word, only named. */
const suggestedSynonyms: Readonly<Record<string, readonly string[]>> = {
  disable: ['suspend'],
  block: ['suspend'],
  ban: ['suspend'],
  deactivate: ['suspend'],
  lock: ['suspend'],
  delete: ['withdraw'],
  remove: ['withdraw'],
  rm: ['delete', 'remove', 'withdraw'],
  del: ['delete', 'remove', 'withdraw'],
  destroy: ['delete', 'withdraw'],
  unpublish: ['withdraw'],
  reset: ['reset-password'],
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
  const turned = nounFirst(argv, positions)
  if (turned) return turned
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

/** `list users` is `users list`, and `key times` is `key-times`. */
function nounFirst(
  argv: readonly string[],
  [first, second, third]: readonly Position[],
): readonly string[] | undefined {
  if (!first || !second) return undefined
  const noun = nounOf(`${first.word}-${second.word}`)
  if (noun !== undefined) {
    const joined = replaced(without(argv, second), first, [noun])
    return understoodVerb(joined, { groupName: noun, verb: third && { ...third, at: third.at - 1 } })
  }
  const group = nounOf(second.word)
  const isOurs = Object.hasOwn(tree, first.word) || (isShortcut(first.word) && third === undefined)
  if (group === undefined || isOurs || destructiveNames.has(first.word)) return undefined
  const turned = replaced(replaced(argv, first, [group]), second, [first.word])
  const corrected = understoodVerb(turned, { groupName: group, verb: { word: first.word, at: second.at } })
  const verb = corrected[second.at] ?? ''
  return Object.hasOwn(groupOf(group)?.verbs ?? {}, verb) ? corrected : undefined
}

/** Whoever types these loses somebody something: never in an order that is not ours. */
const destructiveNames: ReadonlySet<string> = new Set([
  'suspend',
  'delete',
  'remove',
  'erase',
  'withdraw',
  'revoke',
  'unassign',
])

function isShortcut(word: string): boolean {
  return Object.hasOwn(shortcuts, word)
}

function understoodVerb(
  argv: readonly string[],
  { groupName, verb }: { groupName: string; verb: Position | undefined },
): readonly string[] {
  const group = groupOf(groupName)
  if (!group || !verb || Object.hasOwn(group.verbs, verb.word)) return argv
  if (verb.word === 'activate' && groupName === 'centres') return moved(argv, verb, ['coordinator', 'add'])
  if (verb.word === 'activate' && groupName === 'users') return moved(argv, verb, ['account', 'activate'])
  // A store is restored from a backup: nobody who would have something unblocked means that.
  const isOfStore = groupName === 'store'
  const synonym = known(synonyms, verb.word).find(
    (word) => Object.hasOwn(group.verbs, word) && !(isOfStore && word === 'restore'),
  )
  return synonym === undefined ? argv : replaced(argv, verb, [synonym])
}

/** The verb of a noun that another word stands for. */
export function verbsMeant(word: string, verbs: readonly string[]): string[] {
  return known(synonyms, word)
    .filter((verb) => verbs.includes(verb))
    .slice(0, 1)
}

/** The verbs of a noun that a grave word leads to. */
export function destructiveVerbs(
  word: string,
  { groupName, verbs }: { groupName: string | undefined; verbs: readonly string[] },
): string[] {
  if (groupName === 'key-times' && removing.has(word)) return ['edit --remove']
  return known(suggestedSynonyms, word).filter((verb) => verbs.includes(verb))
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

function without(argv: readonly string[], { at }: Position): string[] {
  return argv.filter((_, place) => place !== at)
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
