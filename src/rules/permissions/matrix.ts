import type { CentreKind, HubRole } from '../../db/schema.ts'

/** Every action: the commands that change something, and the finer rights within some of them. */
export const actions = [
  'centres.import',
  'centres.apply',
  'centres.imports.undo',
  'centres.pins',
  'centres.create',
  'centres.edit',
  'centres.delete',
  'centres.restore',
  'users.add',
  'users.add-admin',
  'users.edit',
  'users.rights',
  'users.suspend',
  'users.restore',
  'users.delete',
  'users.transfer',
  'users.move',
  'users.remove',
  'users.reset-password',
  'users.pin',
  'users.erase',
  'coordinator.add',
  'coordinator.change',
  'coordinator.suspend',
  'coordinator.restore',
  'associates.assign',
  'associates.unassign',
  'roles.grant',
  'roles.revoke',
  'progression-tests.import',
  'key-times.import',
  'key-times.apply',
  'key-times.edit',
  'entries.import',
  'entries.apply',
  'resources.upload',
  'resources.withdraw',
  'resources.restore',
  'releases.create',
  'releases.edit',
  'releases.publish',
  'releases.withdraw',
  'help-documents.upload',
  'help-documents.replace',
  'help-documents.withdraw',
  'mail.send',
  'mail.cancel',
  'templates.edit',
  'templates.preview',
  'templates.reset',
  'store.init',
  'store.backup',
  'store.copy',
  'store.restore',
  'store.rekey',
  'store.accept-clock',
  'store.migrate',
  'seed',
] as const

export type Action = (typeof actions)[number]

/** Read-only commands, which show a user only what they may see. */
export const readOnlyCommands: readonly string[] = [
  'centres.list',
  'centres.show',
  'centres.export',
  'centres.sample',
  'users.list',
  'users.sample',
  'users.show',
  'users.exists',
  'users.duplicates',
  'coordinator.show',
  'associates.list',
  'associates.show',
  'roles.list',
  'roles.check',
  'progression-tests.list',
  'key-times.show',
  'resources.download',
  'releases.authorisations',
  'help-documents.list',
  'help-documents.download',
  'progression-tests.sample',
  'key-times.sample',
  'entries.sample',
  'audit.list',
  'audit.export',
  'find',
]

/** Commands of an account's owner, commands about nobody, and `batch`, which acts only through its lines. */
const publicCommands: readonly string[] = [
  'account',
  'batch',
  'centres.sample',
  'users.sample',
  'progression-tests.sample',
  'key-times.sample',
  'entries.sample',
  'config',
  'help',
  'version',
  'whoami',
  'completion',
  'complete',
]

/** Whether a command, by its words, needs no actor. */
export function actsForNobody(command: string): boolean {
  const name = command.replaceAll(' ', '.')
  const [group = ''] = name.split('.')
  return publicCommands.includes(name) || publicCommands.includes(group)
}

/** The target of an action: an account by its hub role, or the centre itself. */
export type TargetKind = 'coordinator' | 'admin' | 'teacher' | 'centre'

export interface Grant {
  actions: readonly Action[]
  /** `teacher` stands for every account without administrative rights. */
  targets: readonly TargetKind[]
  at: readonly ('own' | 'assigned')[]
  /** Excludes the actor's own account. */
  exceptOwn?: true
  /** The roles that may be granted and revoked. */
  roles?: readonly string[]
  /** The hub roles that a new account may have; null stands for none. */
  creates?: readonly (HubRole | null)[]
  /** Only an account that holds these roles and nothing else. */
  holdingOnly?: readonly string[]
  /** Only an account that holds no service role. */
  withoutServiceRoles?: true
}

/** Whom a row of the matrix applies to: all given conditions must hold. */
export interface RowCondition {
  hubRole?: HubRole
  kind?: CentreKind
  role?: string
  assigned?: true
}

export interface MatrixRow {
  actor: string
  may: string
  appliesTo: RowCondition
  grants: readonly Grant[]
}

/** The actions of managing an account, except removal, which takes every role away. */
const manage: readonly Action[] = [
  'users.edit',
  'users.suspend',
  'users.restore',
  'users.delete',
  'users.transfer',
  'users.reset-password',
  'users.pin',
]
const own = ['own'] as const
const hubUsers = ['admin', 'teacher', null] as const
const rightsOfCoordinator: readonly Grant[] = [
  { actions: ['users.add', 'users.add-admin'], targets: ['centre'], at: own, creates: hubUsers },
  { actions: [...manage, 'users.rights'], targets: ['admin', 'teacher'], at: own },
  { actions: ['users.remove'], targets: ['admin', 'teacher'], at: own, withoutServiceRoles: true },
]

/** What an administrator may do with the other accounts of the centre. */
const manageOthers: readonly Grant[] = [
  { actions: manage, targets: ['admin', 'teacher'], at: own, exceptOwn: true },
  {
    actions: ['users.remove'],
    targets: ['admin', 'teacher'],
    at: own,
    exceptOwn: true,
    withoutServiceRoles: true,
  },
]

/** The roles of Centre Administration, Access to Scripts, Submit for Assessment and Access Arrangements. */
export const rolesOfUserManagement: readonly string[] = [
  'user-management',
  'exams-officer',
  'access-to-scripts',
  'submit-exams-officer',
  'submit-teacher',
  'access-arrangements',
]

/** Who may do what; what is not written is not allowed. */
export const matrix: readonly MatrixRow[] = [
  {
    actor: 'coordinator of a school',
    may: 'create and manage every other account of the centre, admins included; give and take admin rights',
    appliesTo: { hubRole: 'coordinator', kind: 'school' },
    grants: rightsOfCoordinator,
  },
  {
    actor: 'coordinator of an associate centre',
    may: 'create and manage every other account of the centre, admins included; give and take admin rights; never anything about the coordinator role',
    appliesTo: { hubRole: 'coordinator', kind: 'associate-centre' },
    grants: rightsOfCoordinator,
  },
  {
    actor: 'admin of a school',
    may: "create and manage teachers; manage, not create, other admins; never the coordinator's account",
    appliesTo: { hubRole: 'admin', kind: 'school' },
    grants: [{ actions: ['users.add'], targets: ['centre'], at: own, creates: hubUsers }, ...manageOthers],
  },
  {
    actor: 'admin of an associate centre',
    may: "create and manage teachers and admins; never the coordinator's account",
    appliesTo: { hubRole: 'admin', kind: 'associate-centre' },
    grants: [
      { actions: ['users.add', 'users.add-admin'], targets: ['centre'], at: own, creates: hubUsers },
      ...manageOthers,
    ],
  },
  {
    actor: 'account of an Associate with associate centres assigned',
    may: 'coordinator add, suspend, restore, change there',
    appliesTo: { kind: 'associate', assigned: true },
    grants: [
      {
        actions: ['coordinator.add', 'coordinator.suspend', 'coordinator.restore', 'coordinator.change'],
        targets: ['centre'],
        at: ['assigned'],
      },
    ],
  },
  {
    actor: 'holder of user-management',
    may: "create and manage accounts, grant and revoke the roles of Centre Administration, Access to Scripts, Submit for Assessment and Access Arrangements (not global-listening, not compliance-officer, no hub role) at their centre, and, at an Associate, at the associate centres assigned to them; never the coordinator's account",
    appliesTo: { role: 'user-management' },
    grants: [
      { actions: ['users.add'], targets: ['centre'], at: ['own', 'assigned'], creates: [null] },
      { actions: [...manage, 'users.remove'], targets: ['admin', 'teacher'], at: ['own', 'assigned'] },
      {
        actions: ['roles.grant', 'roles.revoke'],
        targets: ['admin', 'teacher', 'centre'],
        at: ['own', 'assigned'],
        roles: rolesOfUserManagement,
      },
    ],
  },
  {
    actor: 'holder of exams-officer',
    may: "create accounts at their centre that hold access-to-scripts and nothing else, and reset-password for those; grant and revoke access-to-scripts there; never the coordinator's account",
    appliesTo: { role: 'exams-officer' },
    grants: [
      {
        actions: ['roles.grant', 'roles.revoke'],
        targets: ['admin', 'teacher', 'centre'],
        at: own,
        roles: ['access-to-scripts'],
      },
      {
        actions: ['users.add'],
        targets: ['centre'],
        at: own,
        creates: [null],
        holdingOnly: ['access-to-scripts'],
      },
      {
        actions: ['users.reset-password'],
        targets: ['teacher'],
        at: own,
        holdingOnly: ['access-to-scripts'],
      },
    ],
  },
]

/** The first and the last row of the table that people see; neither is part of `matrix`. */
export const staffRow = { actor: 'Cambridge staff', may: 'everything' } as const
export const othersRow = { actor: 'teacher, anyone else', may: 'nothing' } as const

/** Whether any user may run the command at all: a command in no list is for Cambridge staff. */
export function mayRun(command: string): boolean {
  const name = command.replaceAll(' ', '.')
  if (readOnlyCommands.includes(name) || actsForNobody(command)) return true
  return matrix.some(({ grants }) => grants.some((grant) => grant.actions.some((action) => action === name)))
}
