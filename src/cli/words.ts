import { type Group, type Loader, tree } from './tree.ts'
import { type Line, replaceWord } from './typed-line.ts'

/**
 * Turns words with their synonyms into a map from each synonym to its words.
 * @param words synonyms separated by blanks
 */
function invertSynonyms(
  words: Readonly<Record<string, string>>,
): Readonly<Record<string, readonly string[]>> {
  const wordsFor: Record<string, string[]> = {}
  for (const [word, others] of Object.entries(words))
    for (const other of others.split(' ')) wordsFor[other] = [...(ownValue(wordsFor, other) ?? []), word]
  return wordsFor
}

/** Synonyms of the nouns. */
const nounSynonyms = invertSynonyms({
  centres: 'centre center centers school schools',
  users: 'user teacher teachers person people',
  coordinator: 'coordinators',
  associates: 'associate associate-centres',
  roles: 'role',
  'progression-tests': 'progression-test',
  account: 'accounts',
  templates: 'template letters email-templates',
  resources: 'resource',
  releases: 'release',
  'key-times': 'key-time keytime keytimes',
  'help-documents': 'help-document',
  mail: 'message messages email emails',
  audit: 'log logs events event-logs audit-log audit-reports reports history',
})

const shortcuts: Readonly<Record<string, readonly string[]>> = {
  'reset-password': ['users', 'reset-password'],
  'forgot-password': ['users', 'reset-password'],
  'forgotten-password': ['users', 'reset-password'],
  'sign-in': ['account', 'sign-in'],
  login: ['account', 'sign-in'],
  import: ['centres', 'import'],
  search: ['find'],
}

/** Synonyms of verbs; of several verbs with a synonym, the first that the noun has is meant. */
const verbSynonyms = invertSynonyms({
  restore: 'unsuspend undelete enable unblock reactivate',
  import: 'upload',
  add: 'create new invite',
  create: 'add new',
  upload: 'import add',
  list: 'find search ls filter',
  show: 'get view details info',
  edit: 'update modify',
  'reset-password': 'resend forgot forgot-password forgotten-password password-reset password',
})

/** Notes for a list whose noun was typed as a narrower word, because the list holds others too. */
const broaderLists: Readonly<Record<string, { option: string; what: string }>> = {
  users: {
    option: '--role',
    what: 'Administrators and coordinators are listed too. Teachers alone: ssh-admin users list --role teacher',
  },
  centres: {
    option: '--kind',
    what: 'Associates are listed too. Without them: ssh-admin centres list --kind school,associate-centre',
  },
}
const narrowerNouns: ReadonlySet<string> = new Set(['teacher', 'teachers', 'school', 'schools'])

/** The note, where teachers or schools were asked for and the list is not limited to them. */
export function broaderListNote(argv: readonly string[], words: readonly string[]): string | undefined {
  const [noun = '', verb] = words
  const list = verb === 'list' ? ownValue(broaderLists, noun) : undefined
  if (!list || !argv.some((word) => narrowerNouns.has(word))) return undefined
  return argv.some((word) => word.startsWith(list.option)) ? undefined : list.what
}

/** Words that belong to another command, of the same or another noun: the command is suggested, not run. */
const suggestedCommands: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  users: invertSynonyms({
    'users edit --admin': 'admin make-admin promote',
    'users edit --no-admin': 'demote',
    'users edit --add-site': 'add-site',
    'users edit --remove-site': 'remove-site',
    'users edit': 'rename',
    'users add --from': 'import upload',
    'users list --format csv': 'export print',
    'users list --centre': 'centre',
    'users list --pin issued --centre': 'pins',
    'users remove': 'remove-from-organisation',
    'users restore': 'unlock',
    'users reset-password': 'unlock change-password set-password',
    'users pin': 'new-pin renew-pin',
    'users erase': 'forget anonymise anonymize',
    'users transfer': 'transfer-data',
    'account sign-in': 'sign-in',
    'associates assign': 'assign',
    'roles grant': 'add-role grant assign',
    'roles revoke': 'revoke',
    'audit list --subject': 'history log audit events',
  }),
  centres: invertSynonyms({
    'centres imports undo': 'undo',
    'centres lint': 'check validate verify',
    'centres import --dry-run': 'plan preview',
    'errors list': 'issues',
    'centres imports show': 'issues',
    'users duplicates': 'duplicates',
    'users list --centre': 'users',
    'users add --centre': 'add-user add-users',
    'centres list --format csv': 'print',
    'coordinator show': 'coordinator',
    'coordinator suspend': 'suspend disable deactivate block ban lock',
    'coordinator restore': 'unlock',
    'centres restore': 'reopen re-open',
    'associates assign': 'assign',
    'centres edit': 'rename',
    'audit list --subject': 'history log audit events',
  }),
  coordinator: invertSynonyms({
    'audit list --subject': 'history log audit events',
    'coordinator restore': 'unlock',
    'coordinator change': 'delete remove replace',
    'centres list': 'list',
  }),
  associates: invertSynonyms({
    'associates show': 'centres',
    'associates assign': 'add',
    'coordinator add': 'activate add-coordinator',
    'coordinator change': 'change change-coordinator',
    'coordinator suspend': 'suspend disable deactivate',
    'coordinator restore': 'restore',
    'centres create --kind associate': 'create',
    'centres edit': 'edit rename',
    'centres delete': 'delete',
  }),
  roles: invertSynonyms({
    'roles grant': 'add assign give',
    'roles revoke': 'remove delete',
    'roles list': 'show',
    'users show': 'show',
    'users list --role': 'holders',
  }),
  account: invertSynonyms({
    'account sign-in': 'login log-in',
    'account request': 'forgot-password forgotten-password reset-password change-password',
    'account set-up': 'set-password',
    'users restore': 'unlock',
    'users reset-password': 'unlock',
  }),
  mail: invertSynonyms({
    'mail cancel': 'delete remove',
    'mail send': 'retry flush',
    'mail list --state queued': 'queue queued waiting outbox',
    'mail list --state failed': 'failed bounced bounces',
  }),
  audit: invertSynonyms({ 'audit list --subject': 'show', 'audit list --kind event': 'events event-logs' }),
  errors: invertSynonyms({
    'errors list --kind entry': 'entry entries',
    'errors list --kind key-time': 'key-time key-times',
    'errors list --kind other': 'other',
  }),
  config: invertSynonyms({
    'config unset': 'delete remove rm del clear reset',
    'config show': 'list ls',
  }),
  store: invertSynonyms({ 'store rekey': 'rotate-key rotate change-key new-key renew-key' }),
  entries: invertSynonyms({
    'errors list --kind entry': 'errors',
    'entries import --dry-run': 'check validate verify plan preview',
    'entries list --format csv': 'export print',
  }),
  'key-times': invertSynonyms({
    'errors list --kind key-time': 'errors',
    'key-times import --dry-run': 'check validate verify plan preview',
    'key-times list --format csv': 'export print',
  }),
  'progression-tests': invertSynonyms({
    'users transfer': 'transfer',
    'progression-tests import --dry-run': 'check validate verify plan preview',
  }),
  'help-documents': invertSynonyms({ 'help-documents list': 'show', 'help-documents withdraw': 'delete' }),
}

export const renumberCentreHint =
  'A centre keeps its number: under another one it is a new centre (ssh-admin centres create), to which its people are moved (ssh-admin users move).'

const replaceResourceHint =
  'A file stays as it was uploaded: upload the new one (ssh-admin resources upload), name it where it is released (ssh-admin releases edit RELEASE --resource ID), and withdraw the old one (ssh-admin resources withdraw ID).'

const missingAndExtraHint =
  'An import shows who is missing from its workbook or extra, and deletes them when you say so: ssh-admin centres import FILE --dry-run.'

const missingAndExtraCommands = [
  'centres missing',
  'centres delete-missing',
  'users extra',
  'users delete-extra',
]

/** How a PIN or a link is voided, for which there is no command of its own. */
export function voidHint(whom: readonly string[]): string {
  const [email = 'EMAIL'] = whom
  return `A PIN is void once a newer one is issued (ssh-admin users pin ${email}), a link once a newer message is sent (ssh-admin users reset-password ${email}); both, once their owner is suspended (ssh-admin users suspend ${email}).`
}

const undoHint =
  'Only an import is taken back as a whole (ssh-admin centres imports undo ID). ssh-admin audit list --last shows what you changed last, and what it was before: the command that changed it changes it back; what was suspended or deleted is restored (ssh-admin users restore).'

/** Explanations of tasks that take several commands. */
const multiStepTasks: Readonly<Record<string, string | ((whom: readonly string[]) => string)>> = {
  'centres merge': ([from = 'CENTRE', to = 'OTHER']) =>
    `The people of ${from} (ssh-admin users list --centre ${from}) are moved (ssh-admin users move EMAIL… --to ${to}), then ${from} is deleted (ssh-admin centres delete ${from}).`,
  'users merge': ([from = 'EMAIL', to = 'OTHER']) =>
    `What ${from} holds is given to ${to} (ssh-admin users transfer ${from} --to ${to}), then ${from} is deleted (ssh-admin users delete ${from} --suspend).`,
  ...Object.fromEntries(
    ['void-pin', 'revoke-pin', 'cancel-pin'].map((words) => [`users ${words}`, voidHint]),
  ),
  'users undo': undoHint,
  'coordinator undo': undoHint,
  'associates undo': undoHint,
  'roles undo': undoHint,
  'roles holders': 'Who holds a role: ssh-admin users list --role ROLE',
  'centres renumber': renumberCentreHint,
  ...Object.fromEntries(missingAndExtraCommands.map((words) => [words, missingAndExtraHint])),
  'resources replace': replaceResourceHint,
  'resources edit': replaceResourceHint,
  'resources update': replaceResourceHint,
}

/** How to do something for which the noun has no verb. @param whom the one or two that were named */
export function multiStepHint(
  groupName: string | undefined,
  word: string,
  whom: readonly string[],
): string | undefined {
  const noun = groupName ?? (ownValue(multiStepTasks, `users ${word}`) === voidHint ? 'users' : '')
  const steps = ownValue(multiStepTasks, `${noun} ${word}`)
  if (typeof steps !== 'function') return steps
  // Of one of two nobody can say which of them it is.
  return steps === voidHint || whom.length === 2 ? steps(whom) : steps([])
}

/** Further such words that count only behind their noun, because alone they may mean anything. */
const suggestedAfterNoun: typeof suggestedCommands = {
  users: invertSynonyms({ 'users edit': 'change' }),
  centres: invertSynonyms({ 'centres edit': 'change', 'centres delete': 'close' }),
  coordinator: invertSynonyms({ 'coordinator change': 'rm del edit update modify' }),
  associates: invertSynonyms({
    'associates unassign': 'remove rm del',
    'coordinator suspend': 'block ban lock',
    'coordinator restore': 'enable reactivate unsuspend unblock unlock',
    // An Associate is a centre of kind `associate`.
    'centres create --kind associate': 'new add',
    'associates assign': 'new',
    'centres edit': 'update modify',
    'centres delete': 'remove rm del',
  }),
  roles: invertSynonyms({ 'roles grant': 'new', 'roles revoke': 'rm del', 'users show': 'get info view' }),
  mail: invertSynonyms({ 'mail cancel': 'rm del' }),
  releases: invertSynonyms({ 'releases edit': 'change' }),
  templates: invertSynonyms({ 'templates edit': 'change replace' }),
  resources: invertSynonyms({ 'releases create --resource': 'publish release' }),
  entries: invertSynonyms({ 'entries import': 'add create new' }),
  'key-times': invertSynonyms({ 'key-times import': 'add create new' }),
  'help-documents': invertSynonyms({
    'help-documents download': 'get',
    'help-documents replace': 'update edit',
  }),
  store: invertSynonyms({ 'store info': 'show get', 'store init': 'create new' }),
}

/** The commands that a word behind a noun leads to, where the noun has no such verb. */
export function suggestedCommandsFor(groupName: string, word: string): readonly string[] {
  return [suggestedCommands, suggestedAfterNoun].flatMap((words) =>
    lookUp(ownValue(words, groupName) ?? {}, word),
  )
}

/** The words behind a noun that lead to other commands. */
export function wordsWithSuggestion(groupName: string): readonly string[] {
  return Object.keys(ownValue(suggestedCommands, groupName) ?? {})
}

/** The commands that a word without a noun may lead to. */
export function suggestedForAnyNoun(
  word: string,
  isLikelyNoun: (groupName: string) => boolean,
): readonly string[] {
  const found = Object.keys(suggestedCommands)
    .filter(isLikelyNoun)
    .flatMap((name) => lookUp(ownValue(suggestedCommands, name) ?? {}, word))
  return [...new Set(found)]
}

/** The noun that a word is, or is a synonym for. */
export function nounOf(word: string): string | undefined {
  const [name = word] = lookUp(nounSynonyms, word)
  return groupOf(name) ? name : undefined
}

/** Synonyms of destructive verbs: the command is only suggested, never run. */
const destructiveSynonyms = invertSynonyms({
  suspend: 'disable block ban deactivate lock',
  delete: 'rm del destroy',
  remove: 'rm del',
  withdraw: 'delete remove rm del destroy unpublish',
  'reset-password': 'reset',
  publish: 'open release',
})

/** Verbs that, for a Key Time, mean `key-times edit --remove`. */
const removalVerbs: ReadonlySet<string> = new Set(['delete', 'remove', 'rm', 'del', 'destroy'])

/** A word of the command, and its position in the line. */
interface Position {
  word: string
  at: number
}

/** The line with synonyms replaced by the program's own words. */
export function replaceSynonyms(argv: readonly string[], positions: readonly Position[]): readonly string[] {
  if (argv.length === 1 && argv[0] === '-v') return ['--version']
  const reordered = putNounFirst(argv, positions)
  if (reordered) return reordered
  const [first, second] = positions
  if (!first || first.word === 'help') return argv
  const shortcut = Object.hasOwn(tree, first.word) ? undefined : ownValue(shortcuts, first.word)
  if (shortcut) return replaceWord(argv, first.at, ...shortcut)
  if (first.word === 'activate')
    return replaceWord(
      argv,
      first.at,
      ...(second?.word.includes('@') ? ['account', 'activate'] : ['coordinator', 'add']),
    )
  const [groupName] = lookUp(nounSynonyms, first.word)
  if (groupName !== undefined)
    return replaceVerbSynonym(replaceWord(argv, first.at, groupName), { groupName, verb: second })
  return replaceVerbSynonym(argv, { groupName: first.word, verb: second })
}

/** `list users` becomes `users list`, and `key times` becomes `key-times`. */
function putNounFirst(
  argv: readonly string[],
  [first, second, third]: readonly Position[],
): readonly string[] | undefined {
  if (!first || !second) return undefined
  const noun = nounOf(`${first.word}-${second.word}`)
  if (noun !== undefined) {
    const joined = replaceWord(replaceWord(argv, second.at), first.at, noun)
    return replaceVerbSynonym(joined, { groupName: noun, verb: third && { ...third, at: third.at - 1 } })
  }
  const group = nounOf(second.word)
  const isCommandOrShortcut =
    Object.hasOwn(tree, first.word) || (Object.hasOwn(shortcuts, first.word) && third === undefined)
  if (group === undefined || isCommandOrShortcut || verbsOnlyAfterNoun.has(first.word)) return undefined
  const reordered = replaceWord(replaceWord(argv, first.at, group), second.at, first.word)
  const corrected = replaceVerbSynonym(reordered, {
    groupName: group,
    verb: { word: first.word, at: second.at },
  })
  const verb = corrected[second.at] ?? ''
  return Object.hasOwn(groupOf(group)?.verbs ?? {}, verb) ? corrected : undefined
}

/** Destructive verbs: never accepted before their noun. */
const verbsOnlyAfterNoun: ReadonlySet<string> = new Set([
  'suspend',
  'delete',
  'remove',
  'erase',
  'withdraw',
  'revoke',
  'unassign',
])

function replaceVerbSynonym(
  argv: readonly string[],
  { groupName, verb }: { groupName: string; verb: Position | undefined },
): readonly string[] {
  const group = groupOf(groupName)
  if (!group || !verb || Object.hasOwn(group.verbs, verb.word)) return argv
  if (verb.word === 'activate' && groupName === 'centres')
    return replaceCommand(argv, verb, ['coordinator', 'add'])
  if (verb.word === 'activate' && groupName === 'users')
    return replaceCommand(argv, verb, ['account', 'activate'])
  // `store restore` replaces the store from a backup, which no synonym such as `unblock` means.
  const isOfStore = groupName === 'store'
  const synonym = lookUp(verbSynonyms, verb.word).find(
    (word) => Object.hasOwn(group.verbs, word) && !(isOfStore && word === 'restore'),
  )
  return synonym === undefined ? argv : replaceWord(argv, verb.at, synonym)
}

/** The verb of a noun for which a word is a synonym. */
export function synonymousVerbs(word: string, verbs: readonly string[]): string[] {
  return lookUp(verbSynonyms, word)
    .filter((verb) => verbs.includes(verb))
    .slice(0, 1)
}

/** The destructive verbs of a noun for which a word is a synonym. */
export function destructiveVerbs(
  word: string,
  { groupName, verbs }: { groupName: string | undefined; verbs: readonly string[] },
): string[] {
  if (groupName === 'key-times' && removalVerbs.has(word)) return ['edit --remove']
  return lookUp(destructiveSynonyms, word).filter((verb) => verbs.includes(verb))
}

function lookUp(words: Readonly<Record<string, readonly string[]>>, word: string): readonly string[] {
  return ownValue(words, word) ?? []
}

/** Looks up own properties only, because a word may be `constructor`. */
function ownValue<Value>(words: Readonly<Record<string, Value>>, word: string): Value | undefined {
  return Object.hasOwn(words, word) ? words[word] : undefined
}

function groupOf(groupName: string): Group | undefined {
  const node: Group | Loader | undefined = Object.hasOwn(tree, groupName) ? tree[groupName] : undefined
  return typeof node === 'function' ? undefined : node
}

/** Replaces the verb and the noun before it by the words of another command. */
function replaceCommand(argv: Line, { at }: Position, command: Line): Line {
  const noun = argv.findIndex((word, index) => index < at && Object.hasOwn(tree, word))
  return replaceWord(replaceWord(argv, at), noun, ...command)
}
