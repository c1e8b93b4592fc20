import type { Command } from 'commander'

/** A command's code is loaded when it runs, or when help is asked for. */
export type Loader = () => Promise<Command>

export interface Group {
  summary: string
  /** Commands and groups by the word that is typed. */
  verbs: Readonly<Record<string, Loader | Group>>
  /** The command of the noun alone, without a verb. */
  withoutVerb?: Loader
}

/** Commands of one file, each of which is called as the function that makes the command. */
function commandsOf<Name extends string>(
  load: () => Promise<Readonly<Record<NoInfer<Name>, () => Command>>>,
  ...names: readonly Name[]
): Record<string, Loader> {
  return Object.fromEntries(names.map((name) => [name, async () => (await load())[name]()]))
}

const centres: Group = {
  summary: 'centres and the workbook that brings them',
  verbs: {
    import: async () => (await import('../commands/centres/import.ts')).importCentres(),
    lint: async () => (await import('../commands/centres/lint.ts')).lint(),
    apply: async () => (await import('../commands/centres/apply.ts')).apply(),
    imports: {
      summary: 'what has been imported, and when',
      withoutVerb: async () => (await import('../commands/centres/imports.ts')).imports(),
      verbs: commandsOf(() => import('../commands/centres/imports.ts'), 'show', 'undo'),
    },
    pins: async () => (await import('../commands/centres/pins.ts')).pins(),
    list: async () => (await import('../commands/centres/list.ts')).list(),
    show: async () => (await import('../commands/centres/show.ts')).show(),
    create: async () => (await import('../commands/centres/create.ts')).create(),
    edit: async () => (await import('../commands/centres/edit.ts')).edit(),
    delete: async () => (await import('../commands/centres/delete.ts')).deleteCommand(),
    restore: async () => (await import('../commands/centres/delete.ts')).restore(),
    export: async () => (await import('../commands/centres/export.ts')).exportCentres(),
    sample: async () => (await import('../commands/samples.ts')).sampleCentres(),
  },
}

const users: Group = {
  summary: 'the accounts of people',
  verbs: {
    add: async () => (await import('../commands/users/add.ts')).add(),
    list: async () => (await import('../commands/users/list.ts')).list(),
    show: async () => (await import('../commands/users/show.ts')).show(),
    edit: async () => (await import('../commands/users/edit.ts')).edit(),
    suspend: async () => (await import('../commands/users/suspend.ts')).suspend(),
    restore: async () => (await import('../commands/users/restore.ts')).restore(),
    delete: async () => (await import('../commands/users/delete.ts')).deletion(),
    transfer: async () => (await import('../commands/users/transfer.ts')).transfer(),
    move: async () => (await import('../commands/users/move.ts')).move(),
    remove: async () => (await import('../commands/users/remove.ts')).remove(),
    'reset-password': async () => (await import('../commands/users/reset-password.ts')).reset(),
    pin: async () => (await import('../commands/users/pin.ts')).pin(),
    duplicates: async () => (await import('../commands/users/duplicates.ts')).duplicates(),
    erase: async () => (await import('../commands/users/erase.ts')).erase(),
    sample: async () => (await import('../commands/samples.ts')).sampleUsers(),
    exists: async () => (await import('../commands/users/exists.ts')).exists(),
  },
}

const coordinator: Group = {
  summary: "a centre's coordinator",
  verbs: commandsOf(
    () => import('../commands/coordinator.ts'),
    'show',
    'add',
    'change',
    'suspend',
    'restore',
  ),
}

const associates: Group = {
  summary: 'Associates, and who acts for their centres',
  verbs: commandsOf(() => import('../commands/associates.ts'), 'list', 'show', 'assign', 'unassign'),
}

const roles: Group = {
  summary: 'roles, and who may do what',
  verbs: commandsOf(() => import('../commands/roles.ts'), 'list', 'grant', 'revoke', 'check'),
}

const progressionTests: Group = {
  summary: 'learner groups, tests and results',
  verbs: {
    import: async () => (await import('../commands/progression-tests.ts')).importResults(),
    sample: async () => (await import('../commands/samples.ts')).sampleResults(),
    list: async () => (await import('../commands/progression-tests.ts')).list(),
  },
}

const keyTimes: Group = {
  summary: 'the local times at which exams begin, by country and session',
  verbs: {
    import: async () => (await import('../commands/key-times.ts')).importTimes(),
    apply: async () => (await import('../commands/key-times.ts')).applyTimes(),
    sample: async () => (await import('../commands/samples.ts')).sampleKeyTimes(),
    ...commandsOf(() => import('../commands/key-times.ts'), 'list', 'show', 'edit'),
  },
}

const resources: Group = {
  summary: 'files for centres: listening recordings, pre-release material, specimens',
  verbs: commandsOf(
    () => import('../commands/resources.ts'),
    'upload',
    'list',
    'show',
    'download',
    'withdraw',
    'restore',
  ),
}

const helpDocuments: Group = {
  summary: 'files for everybody who can sign in',
  verbs: commandsOf(
    () => import('../commands/help-documents.ts'),
    'upload',
    'list',
    'download',
    'replace',
    'withdraw',
  ),
}

const errors: Group = {
  summary: 'what is wrong with entries, Key Times and releases',
  verbs: {
    list: async () => (await import('../commands/errors.ts')).list(),
  },
}

const releases: Group = {
  summary: 'what opens for which centres, and when',
  verbs: commandsOf(
    () => import('../commands/releases.ts'),
    'create',
    'list',
    'show',
    'edit',
    'publish',
    'withdraw',
    'authorisations',
  ),
}

const entries: Group = {
  summary: 'how many candidates each centre has for a component',
  verbs: {
    import: async () => (await import('../commands/entries.ts')).importEntriesCommand(),
    apply: async () => (await import('../commands/entries.ts')).applyEntries(),
    sample: async () => (await import('../commands/samples.ts')).sampleEntries(),
    list: async () => (await import('../commands/entries.ts')).list(),
  },
}

const account: Group = {
  summary: "what an account's owner does: activate, set up, sign in",
  verbs: {
    ...commandsOf(() => import('../commands/account.ts'), 'request', 'activate'),
    'set-up': async () => (await import('../commands/account.ts')).setUp(),
    verify: async () => (await import('../commands/account.ts')).verify(),
    'sign-in': async () => (await import('../commands/account.ts')).signInCommand(),
  },
}

const mail: Group = {
  summary: 'messages that are owed, written and sent',
  verbs: commandsOf(() => import('../commands/mail.ts'), 'list', 'show', 'send', 'cancel'),
}

const templates: Group = {
  summary: 'the words of the letters, which staff can change',
  verbs: commandsOf(() => import('../commands/templates.ts'), 'list', 'show', 'edit', 'preview', 'reset'),
}

const audit: Group = {
  summary: 'the audit log: who did what, when, to whom',
  verbs: {
    list: async () => (await import('../commands/audit.ts')).list(),
    export: async () => (await import('../commands/audit.ts')).exportEvents(),
    verify: async () => (await import('../commands/audit.ts')).verify(),
  },
}

const store: Group = {
  summary: 'the store and its key: begin, check, back up, bring up to date',
  verbs: {
    init: async () => (await import('../commands/store/init.ts')).init(),
    info: async () => (await import('../commands/store/info.ts')).info(),
    check: async () => (await import('../commands/store/check.ts')).check(),
    backup: async () => (await import('../commands/store/backup.ts')).backup(),
    copy: async () => (await import('../commands/store/copy.ts')).copy(),
    restore: async () => (await import('../commands/store/restore.ts')).restore(),
    migrate: async () => (await import('../commands/store/migrate.ts')).migrate(),
    rekey: async () => (await import('../commands/store/rekey.ts')).rekey(),
    'accept-clock': async () => (await import('../commands/store/accept-clock.ts')).acceptClockCommand(),
  },
}

const config: Group = {
  summary: 'show each setting and where it came from',
  withoutVerb: async () => (await import('../commands/config.ts')).config(),
  verbs: commandsOf(() => import('../commands/config.ts'), 'show', 'set', 'unset', 'edit'),
}

/** The command tree: the words that are typed are the path to a command. */
export const tree: Readonly<Record<string, Loader | Group>> = {
  centres,
  users,
  find: async () => (await import('../commands/find.ts')).find(),
  status: async () => (await import('../commands/status.ts')).status(),
  coordinator,
  associates,
  roles,
  'progression-tests': progressionTests,
  resources,
  'key-times': keyTimes,
  releases,
  entries,
  'help-documents': helpDocuments,
  errors,
  account,
  mail,
  templates,
  audit,
  store,
  seed: async () => (await import('../commands/seed.ts')).seed(),
  whoami: async () => (await import('../commands/whoami.ts')).whoami(),
  batch: async () => (await import('../commands/batch.ts')).batch(),
  config,
  completion: async () => (await import('../commands/program.ts')).completion(),
  help: async () => (await import('../commands/program.ts')).help(),
  version: async () => (await import('../commands/program.ts')).showVersion(),
}

/** Summaries of the commands without a noun, so that the top-level help loads none of them. */
export const summaries: Readonly<Record<string, string>> = {
  find: 'find people and centres by any part of a name, address or number',
  batch: 'run many commands, one a line, in one go',
  whoami: 'say for whom a command acts, and what they may do',
  version: 'show the version',
  seed: 'fill an empty store with invented centres and users',
  status: 'show at a glance what is in the store, what waits and what to do next',
  completion: 'print what makes a shell complete commands',
  help: 'explain exit codes, JSON, settings, the workbook, roles, mail, scripting',
}

/** Looks up own properties only: `constructor` is no verb. */
export function verbOf({ verbs }: Group, verb: string): Loader | Group | undefined {
  return Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
}

/** Follows the words down the tree. @returns the words that led somewhere, and the command or group that they led to */
export function followTree(words: readonly string[]): { path: string[]; node: Loader | Group } {
  const path: string[] = []
  let node: Loader | Group = { summary: '', verbs: tree }
  for (const word of words) {
    const next: Loader | Group | undefined = typeof node === 'function' ? undefined : verbOf(node, word)
    if (!next) break
    path.push(word)
    node = next
  }
  return { path, node }
}

/** Whether the words, all of them, name a command or a group. */
export function isCommand(words: readonly string[]): boolean {
  return followTree(words).path.length === words.length
}
