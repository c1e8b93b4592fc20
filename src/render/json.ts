import * as z from 'zod/mini'
import type { List } from './pieces.ts'

/**
 * The shapes that --json promises, by name; `ssh-admin help json --json` prints them as JSON schemas.
 * They are made when they are asked for: what a command answers is checked by its type alone.
 */
export function shapesOfJson() {
  return { ...partShapes(), ...answerShapes() }
}

type Shapes = ReturnType<typeof shapesOfJson>
export type ShapeName = keyof Shapes

/** A value of a published shape, as it is rendered. */
export type Shape<Name extends ShapeName> = Rendered<z.infer<Shapes[Name]>>

type Rendered<Value> = Value extends readonly (infer Item)[]
  ? List<Rendered<Item>>
  : Value extends object
    ? { readonly [Key in keyof Value]: Rendered<Value[Key]> }
    : Value

export type AnswerName = (typeof answerOf)[CommandWords]
type Without<Value, Key extends PropertyKey> = Value extends object ? Omit<Value, Key> : never

/** What a command answers; the notices are added when it is printed. */
export type JsonAnswer<Name extends AnswerName> = Without<Shape<Name>, 'notices'>
export type AnyJsonAnswer = { [Name in AnswerName]: JsonAnswer<Name> }[AnswerName]

/** What an answer holds. */
export type JsonKey<Name extends AnswerName> = KeyOf<JsonAnswer<Name>>
type KeyOf<Value> = Value extends object ? keyof Value & string : never

/** One of those that a command lists. */
export type JsonItem<Name extends AnswerName> = ItemOf<JsonAnswer<Name>>
type ItemOf<Value> = Value extends object
  ? {
      [Key in keyof Value]: Value[Key] extends string
        ? never
        : Value[Key] extends Iterable<infer Item>
          ? Item
          : never
    }[keyof Value]
  : never

/** The same of a command that changes something: whether it was rehearsed is added too. */
export type JsonOfChange<Name extends AnswerName> = Without<JsonAnswer<Name>, 'dryRun'>
export type AnyJsonOfChange = { [Name in ChangeName]: JsonOfChange<Name> }[ChangeName]
type ChangeName = { [Name in AnswerName]: 'dryRun' extends keyof Shape<Name> ? Name : never }[AnswerName]

type CommandWords = keyof typeof answerOf

/** Which shape each command answers in. */
export const answerOf = {
  'centres import': 'import',
  'centres apply': 'import',
  'centres lint': 'linted',
  'centres imports': 'imports',
  'centres imports show': 'shownImport',
  'centres imports undo': 'undoneImport',
  'centres pins': 'pinSheet',
  'centres list': 'centreList',
  'centres show': 'centreDetails',
  'centres create': 'centres',
  'centres edit': 'centres',
  'centres delete': 'centres',
  'centres restore': 'centres',
  'centres export': 'exportedCentres',
  'centres sample': 'sample',
  'users add': 'users',
  'users list': 'userList',
  'users show': 'userDetails',
  'users edit': 'users',
  'users suspend': 'users',
  'users restore': 'users',
  'users delete': 'deletedUsers',
  'users transfer': 'transfer',
  'users move': 'users',
  'users remove': 'users',
  'users reset-password': 'users',
  'users pin': 'pin',
  'users duplicates': 'duplicates',
  'users erase': 'erasure',
  'users sample': 'sample',
  'users exists': 'exists',
  'coordinator show': 'shownCoordination',
  'coordinator add': 'coordination',
  'coordinator change': 'coordination',
  'coordinator suspend': 'coordination',
  'coordinator restore': 'coordination',
  'associates list': 'associateList',
  'associates show': 'associate',
  'associates assign': 'assigned',
  'associates unassign': 'assigned',
  'roles list': 'roleList',
  'roles grant': 'users',
  'roles revoke': 'users',
  'roles check': 'permission',
  'progression-tests import': 'progressionTestsImport',
  'progression-tests sample': 'sample',
  'entries sample': 'sample',
  'key-times sample': 'sample',
  'progression-tests list': 'progressionTests',
  'key-times import': 'keyTimesImport',
  'key-times apply': 'keyTimesImport',
  'key-times list': 'keyTimeList',
  'key-times show': 'shownKeyTimes',
  'key-times edit': 'changedKeyTime',
  'resources upload': 'changedResources',
  'resources list': 'resourceList',
  'resources show': 'resource',
  'resources download': 'download',
  'resources withdraw': 'changedResources',
  'resources restore': 'changedResources',
  'errors list': 'errorList',
  'releases create': 'createdRelease',
  'releases list': 'releaseList',
  'releases show': 'shownRelease',
  'releases edit': 'changedRelease',
  'releases publish': 'publishedRelease',
  'releases withdraw': 'changedRelease',
  'releases authorisations': 'authorisationList',
  'entries import': 'entriesImport',
  'entries apply': 'entriesImport',
  'entries list': 'entryList',
  'help-documents upload': 'changedHelpDocuments',
  'help-documents list': 'helpDocumentList',
  'help-documents download': 'download',
  'help-documents replace': 'changedHelpDocuments',
  'help-documents withdraw': 'changedHelpDocuments',
  'account request': 'accountRequest',
  'account activate': 'account',
  'account set-up': 'account',
  'account verify': 'account',
  'account sign-in': 'account',
  'mail list': 'messageList',
  'mail show': 'shownMessage',
  'mail send': 'messages',
  'mail cancel': 'cancelledMessages',
  'templates list': 'templateList',
  'templates show': 'template',
  'templates edit': 'changedTemplate',
  'templates preview': 'templatePreview',
  'templates reset': 'changedTemplate',
  'audit list': 'auditList',
  'audit export': 'auditExport',
  'audit verify': 'auditVerdict',
  'store init': 'createdStore',
  'store info': 'store',
  'store check': 'storeCheck',
  'store backup': 'backup',
  'store copy': 'copiedStore',
  'store restore': 'restoredStore',
  'store migrate': 'migratedStore',
  'store rekey': 'rekeyedStore',
  'store accept-clock': 'acceptedClock',
  find: 'found',
  batch: 'batch',
  whoami: 'whoami',
  version: 'version',
  seed: 'seededStore',
  status: 'status',
  config: 'settings',
  'config show': 'settings',
  'config set': 'changedSetting',
  'config unset': 'changedSetting',
  'config edit': 'changedSetting',
  completion: 'completionScript',
  help: 'help',
} as const satisfies Record<string, keyof ReturnType<typeof answerShapes>>

const count = () => z.int().check(z.nonnegative())
const time = () => z.iso.datetime()
const text = () => z.string()
const orNull = <Type extends z.core.SomeType>(type: Type) => z.nullable(type)

/** An answer of a command that only looks, or that writes nothing but a file. */
function answer<Fields extends z.core.$ZodLooseShape>(fields: Fields) {
  return z.strictObject({ ...fields, notices: z.array(notice()) })
}

/** An answer of a command that can be rehearsed. */
function answerOfChange<Fields extends z.core.$ZodLooseShape>(fields: Fields) {
  return z.strictObject({ ...fields, dryRun: z.boolean(), notices: z.array(notice()) })
}

const userStatus = () => z.enum(['invited', 'active', 'suspended', 'deleted'])

const user = () =>
  z.strictObject({
    id: count(),
    email: text(),
    firstName: text(),
    lastName: text(),
    centre: orNull(z.strictObject({ number: text(), name: text() })),
    hubRole: orNull(z.enum(['coordinator', 'admin', 'teacher'])),
    roles: z.array(text()),
    sites: z.array(text()),
    status: userStatus(),
    canSignIn: z.boolean(),
    whyNot: orNull(
      z.enum(['deleted', 'suspended', 'no-centre', 'centre-deleted', 'coordinator-suspended', 'invited']),
    ),
    pin: z.enum(['none', 'issued', 'used', 'expired', 'void']),
    lastSignedInAt: orNull(time()),
    createdAt: time(),
    progressionTests: z.strictObject({ learnerGroups: count(), tests: count(), results: count() }),
  })

const changedUser = () =>
  z.strictObject({
    ...user().shape,
    changed: z.boolean(),
    outcome: z.enum([
      'created',
      'rejoined',
      'suspended',
      'restored',
      'deleted',
      'edited',
      'removed',
      'moved',
      'message-sent',
      'message-written',
      'message-waiting',
      'message-failed',
      'unchanged',
    ]),
  })

const centre = () =>
  z.strictObject({
    id: count(),
    number: text(),
    name: text(),
    kind: z.enum(['school', 'associate', 'associate-centre']),
    associate: orNull(text()),
    status: z.enum(['approved', 'active', 'deleted']),
    address: text(),
    town: text(),
    postcode: text(),
    country: text(),
    britishCouncil: z.boolean(),
    globalListening: z.boolean(),
    /** IANA; null: the only one of its country, or nobody knows. */
    timeZone: orNull(text()),
    coordinator: orNull(z.strictObject({ email: text(), name: text(), status: userStatus() })),
    users: count(),
    createdAt: time(),
    deletedAt: orNull(time()),
  })

const changedCentre = () =>
  z.strictObject({
    ...centre().shape,
    changed: z.boolean(),
    outcome: z.enum(['created', 'edited', 'deleted', 'restored', 'unchanged']),
  })

const message = () =>
  z.strictObject({
    id: count(),
    to: text(),
    letter: text(),
    subject: text(),
    state: z.enum(['queued', 'written', 'sent', 'failed', 'unknown', 'cancelled']),
    attempts: count(),
    lastError: orNull(text()),
    createdAt: time(),
    deliveredAt: orNull(time()),
  })

const event = () =>
  z.strictObject({
    id: count(),
    at: time(),
    operator: orNull(text()),
    actor: orNull(text()),
    kind: z.enum(['change', 'refusal', 'event']),
    action: text(),
    subject: orNull(text()),
    details: z.record(text(), z.unknown()),
  })

/** What is wrong with a cell of a workbook. */
const issue = () =>
  z.strictObject({
    cell: text(),
    row: count(),
    column: text(),
    value: text(),
    code: text(),
    message: text(),
    hint: orNull(text()),
  })

const notice = () => z.strictObject({ code: text(), message: text() })

/** One of several things that stand in the way; `cells` where it stands in several. */
const problem = () =>
  z.strictObject({
    target: text(),
    code: text(),
    message: text(),
    hint: orNull(text()),
    cells: z.optional(z.array(text())),
  })

/** What may have been meant: a word, a user or a centre. */
const candidate = () =>
  z.union([
    text(),
    z.strictObject({
      email: text(),
      name: z.optional(text()),
      centre: orNull(text()),
      status: userStatus(),
    }),
    z.strictObject({ number: text(), name: text() }),
  ])

/** On stderr, in place of an answer; some errors have details of their own. */
const error = () =>
  z.strictObject({
    error: z.strictObject({
      code: text(),
      message: text(),
      hint: orNull(text()),
      details: z.catchall(
        z.object({ problems: z.optional(z.array(problem())), candidates: z.optional(z.array(candidate())) }),
        z.unknown(),
      ),
    }),
  })

const session = () => z.enum(['AM', 'PM', 'EV'])

const keyTime = () =>
  z.strictObject({
    id: count(),
    country: text(),
    administrativeZone: orNull(count()),
    session: session(),
    localTime: text(),
    timeZone: text(),
    series: orNull(text()),
    from: orNull(z.iso.date()),
    until: orNull(z.iso.date()),
  })

const resource = () =>
  z.strictObject({
    id: count(),
    title: text(),
    kind: z.enum(['listening-audio', 'pre-release', 'specimen', 'other']),
    area: z.enum(['general', 'tp']),
    series: text(),
    components: z.array(text()),
    file: text(),
    bytes: count(),
    sha256: text(),
    status: z.enum(['kept', 'withdrawn', 'damaged']),
    createdAt: time(),
    withdrawnAt: orNull(time()),
  })

/** What stands in the way of an answer, and how it is mended. */
const obstacle = () => z.strictObject({ code: text(), message: text(), hint: text() })

const release = () =>
  z.strictObject({
    id: count(),
    name: text(),
    state: z.enum(['draft', 'released', 'withdrawn']),
    /** An ISO time, or `key-time AM 2026-06-02 - 2h`. */
    opens: text(),
    closes: orNull(text()),
    audience: z.array(text()),
    resources: z.array(
      z.strictObject({ id: count(), title: text(), kind: text(), series: text(), withdrawn: z.boolean() }),
    ),
    createdAt: time(),
    releasedAt: orNull(time()),
    withdrawnAt: orNull(time()),
  })

/** For whom something closes that was open, or opens that was not. */
const closing = () =>
  z.strictObject({
    release: z.strictObject({ id: count(), name: text() }),
    centre: z.strictObject({ number: text(), name: text() }),
    /** The one person whom it is about; absent: everybody of the centre. */
    user: z.optional(text()),
    resources: z.array(text()),
  })

const authorisation = () =>
  z.strictObject({
    release: z.strictObject({ id: count(), name: text() }),
    centre: z.strictObject({ number: text(), name: text() }),
    resources: z.array(z.strictObject({ id: count(), title: text(), kind: text() })),
    opensAt: orNull(time()),
    /** What the clock shows there when it opens, with the name of its zone. */
    opensLocal: orNull(text()),
    closesAt: orNull(time()),
    timeZone: orNull(text()),
    state: z.enum(['draft', 'withdrawn', 'not-yet-open', 'open', 'closed', 'never-opens']),
    problem: orNull(obstacle()),
  })

/** When a release opens around the world. */
const outlook = () => ({
  centres: count(),
  firstOpensAt: orNull(time()),
  lastOpensAt: orNull(time()),
  lastClosesAt: orNull(time()),
  timeline: z.array(
    z.strictObject({
      at: time(),
      centres: count(),
      zones: z.array(z.strictObject({ timeZone: orNull(text()), local: orNull(text()), centres: count() })),
    }),
  ),
  without: z.array(
    z.strictObject({ centre: z.strictObject({ number: text(), name: text() }), problem: obstacle() }),
  ),
  withoutGlobalListening: z.array(z.strictObject({ number: text(), name: text() })),
})

const helpDocument = () =>
  z.strictObject({
    id: count(),
    title: text(),
    version: count(),
    file: text(),
    bytes: count(),
    sha256: text(),
    status: z.enum(['kept', 'withdrawn', 'damaged']),
    createdAt: time(),
    replacedAt: orNull(time()),
    withdrawnAt: orNull(time()),
  })

/** Of a table of which rows can be held back. */
const rowsOfTable = () => z.strictObject({ read: count(), accepted: count(), heldBack: count() })

/** What answers are made of. */
const partShapes = () => ({
  user: user(),
  keyTime: keyTime(),
  keptResource: resource(),
  release: release(),
  authorisation: authorisation(),
  closing: closing(),
  helpDocument: helpDocument(),
  changedUser: changedUser(),
  centre: centre(),
  message: message(),
  event: event(),
  issue: issue(),
  importRecord: importRecord(),
  notice: notice(),
  problem: problem(),
  error: error(),
})

const importCounts = () => ({
  rows: z.strictObject({ read: count(), accepted: count(), heldBack: count(), blank: count() }),
  centres: z.strictObject({
    created: count(),
    renamed: count(),
    unchanged: count(),
    restored: count(),
    deleted: count(),
  }),
  users: z.strictObject({ created: count(), replaced: count(), unchanged: count(), deleted: count() }),
})

const importState = () => z.enum(['planned', 'applied', 'undone'])

/** An import as the history keeps it. */
const importRecord = () =>
  z.strictObject({
    id: count(),
    file: text(),
    sheet: text(),
    digest: text(),
    state: importState(),
    at: time(),
    operator: text(),
    actor: orNull(text()),
    counts: z.strictObject(importCounts()),
  })

/** What an import would touch, hold back and leave alone. */
const planFields = () => ({
  renamedCentres: z.array(z.strictObject({ number: text(), from: text(), to: text(), cell: orNull(text()) })),
  missingCentres: z.array(
    z.strictObject({
      number: text(),
      name: text(),
      users: count(),
      kept: orNull(z.enum(['held-back-rows'])),
    }),
  ),
  extraUsers: z.array(
    z.strictObject({
      email: text(),
      centre: text(),
      spreadsheetEmails: z.array(text()),
      lastSignedInAt: orNull(time()),
      kept: orNull(
        z.enum(['held-back-rows', 'is-coordinator', 'has-progression-tests', 'has-associate-centres']),
      ),
    }),
  ),
  duplicatedUsers: z.array(
    z.strictObject({
      email: text(),
      places: z.array(
        z.strictObject({ centre: text(), in: z.enum(['workbook', 'store']), cell: orNull(text()) }),
      ),
    }),
  ),
  issues: z.array(issue()),
})

const importFields = () => ({
  ...importCounts(),
  ...planFields(),
  pins: z.strictObject({ file: orNull(text()), count: count() }),
  mail: z.strictObject({ queued: count() }),
  elapsedMs: count(),
  dryRun: z.boolean(),
})

const mail = () => z.array(message())

const coordination = () => ({
  centre: centre(),
  coordinator: orNull(user()),
  former: orNull(user()),
  affected: count(),
  changed: z.boolean(),
  mail: mail(),
})

const transferFields = () => ({
  from: text(),
  to: text(),
  sites: z.array(z.strictObject({ site: text(), learnerGroups: count(), tests: count(), results: count() })),
  changed: z.boolean(),
})

const voided = () => z.strictObject({ pins: count(), links: count(), letters: count() })

/** What was there before, and what is new. */
const merged = () => z.strictObject({ created: count(), unchanged: count() })

const answerShapes = () => ({
  /** `newCentres` and `newUsers` are how many; `ok` says that no row would be held back. */
  linted: answer({
    ok: z.boolean(),
    file: text(),
    sheet: text(),
    digest: text(),
    rows: z.strictObject({ read: count(), accepted: count(), heldBack: count(), blank: count() }),
    newCentres: count(),
    newUsers: count(),
    ...planFields(),
  }),
  import: answer({
    import: z.strictObject({
      id: orNull(count()),
      file: text(),
      sheet: text(),
      state: importState(),
      digest: text(),
    }),
    ...importFields(),
    /** With --plan-out where it was saved, null in a rehearsal. */
    plan: z.optional(orNull(text())),
    closed: z.array(closing()),
  }),
  imports: answer({ imports: z.array(importRecord()), total: count() }),
  shownImport: answer({
    import: importRecord(),
    ...importFields(),
    created: z.strictObject({
      createdCentres: z.array(z.strictObject({ number: text(), name: text() })),
      createdUsers: z.array(
        z.strictObject({ email: text(), centre: orNull(text()), status: userStatus(), pin: text() }),
      ),
      changes: z.array(
        z.strictObject({ kind: text(), what: orNull(text()), before: orNull(text()), after: orNull(text()) }),
      ),
    }),
  }),
  undoneImport: answerOfChange({
    import: importRecord(),
    changed: z.boolean(),
    undone: z.strictObject({
      usersRemoved: count(),
      centresRemoved: count(),
      namesGivenBack: count(),
      centresRestored: count(),
      usersRestored: count(),
      centresDeletedAgain: count(),
      pinsVoided: count(),
      lettersCancelled: count(),
    }),
    left: z.array(z.strictObject({ what: text(), reason: text() })),
    closed: z.array(closing()),
  }),
  pinSheet: answerOfChange({
    file: orNull(text()),
    count: count(),
    withoutPin: z.array(z.strictObject({ email: text(), reason: text() })),
    renewed: count(),
    changed: z.boolean(),
  }),
  exportedCentres: answerOfChange({ file: text(), centres: count(), users: count() }),
  sample: answerOfChange({ file: text() }),

  centres: answerOfChange({
    centres: z.array(changedCentre()),
    total: count(),
    closed: z.optional(z.array(closing())),
    opened: z.optional(z.array(closing())),
  }),
  centreList: answer({ centres: z.array(changedCentre()), total: count() }),
  centreDetails: answer({
    ...centre().shape,
    people: z.array(user()),
    issues: z.array(z.strictObject({ code: text(), message: text(), hint: text() })),
    lastEvents: z.array(event()),
  }),

  users: answerOfChange({
    users: z.array(changedUser()),
    mail: mail(),
    total: count(),
    closed: z.array(closing()),
  }),
  userList: answer({ users: z.array(changedUser()), mail: mail(), total: count() }),
  deletedUsers: answerOfChange({
    users: z.array(changedUser()),
    mail: mail(),
    total: count(),
    transfers: z.array(z.strictObject(transferFields())),
    closed: z.array(closing()),
  }),
  userDetails: answer({ ...user().shape, lastEvents: z.array(event()) }),
  transfer: answerOfChange({ ...transferFields(), mail: mail() }),
  /** The PIN is null in a rehearsal. */
  pin: answerOfChange({ user: user(), pin: orNull(text()), validUntil: time(), changed: z.boolean() }),
  duplicates: answer({
    duplicates: z.array(
      z.strictObject({
        why: z.enum(['same-name-near-address', 'same-name-same-centre', 'look-alike-address']),
        users: z.array(
          z.strictObject({
            id: count(),
            email: text(),
            firstName: text(),
            lastName: text(),
            centre: orNull(text()),
            status: userStatus(),
            lastSignedInAt: orNull(time()),
          }),
        ),
        more: count(),
      }),
    ),
    total: count(),
  }),
  erasure: answerOfChange({
    erased: z.strictObject({ accounts: count(), events: count(), messages: count(), files: count() }),
    left: z.array(text()),
    changed: z.boolean(),
  }),
  exists: answer({ exists: z.boolean() }),

  coordination: answerOfChange({
    ...coordination(),
    closed: z.optional(z.array(closing())),
    opened: z.optional(z.array(closing())),
  }),
  shownCoordination: answer(coordination()),

  associateList: answer({
    associates: z.array(
      z.strictObject({ id: count(), number: text(), name: text(), centres: count(), assigned: count() }),
    ),
    total: count(),
  }),
  associate: answer({
    associate: centre(),
    accounts: z.array(z.strictObject({ email: text(), assigned: count() })),
    centres: z.array(z.strictObject({ ...centre().shape, assignedTo: z.array(text()) })),
    total: count(),
  }),
  assigned: answerOfChange({
    account: user(),
    centres: z.array(z.strictObject({ ...centre().shape, changed: z.boolean() })),
    assigned: count(),
    changed: z.boolean(),
    mail: mail(),
  }),

  /** With --matrix who may do what. */
  roleList: z.union([
    answer({
      roles: z.array(
        z.strictObject({
          name: text(),
          service: text(),
          shared: z.boolean(),
          givenBy: text(),
          does: text(),
        }),
      ),
      total: count(),
    }),
    answer({ matrix: z.array(z.strictObject({ actor: text(), may: text() })), total: count() }),
  ]),
  permission: answer({
    actor: text(),
    action: text(),
    target: text(),
    allowed: z.boolean(),
    rule: text(),
  }),

  progressionTests: answer({
    progressionTests: z.array(
      z.strictObject({
        site: text(),
        learnerGroup: text(),
        stage: text(),
        subject: text(),
        test: text(),
        takenOn: z.iso.date(),
        results: count(),
      }),
    ),
    total: count(),
  }),
  progressionTestsImport: answerOfChange({
    file: text(),
    rows: count(),
    learnerGroups: merged(),
    tests: merged(),
    results: z.strictObject({ created: count(), corrected: count(), unchanged: count() }),
    changed: z.boolean(),
  }),

  keyTimesImport: answerOfChange({
    closed: z.array(closing()),
    opened: z.array(closing()),
    file: text(),
    rows: rowsOfTable(),
    keyTimes: z.strictObject({ created: count(), changed: count(), unchanged: count() }),
    issues: z.array(issue()),
    /** Where --plan-out saved it. */
    plan: z.optional(orNull(text())),
    changed: z.boolean(),
  }),
  /** `nextAt` is today, or on the first day on which it holds; null where that is no more, or no such time. */
  keyTimeList: answer({
    keyTimes: z.array(z.strictObject({ ...keyTime().shape, nextAt: orNull(time()) })),
    total: count(),
  }),
  shownKeyTimes: answer({
    centre: z.strictObject({ number: text(), name: text() }),
    country: text(),
    timeZone: orNull(text()),
    date: z.iso.date(),
    keyTimes: z.array(
      z.strictObject({
        session: session(),
        series: orNull(text()),
        localTime: orNull(text()),
        local: orNull(text()),
        at: orNull(time()),
        problem: orNull(obstacle()),
      }),
    ),
    total: count(),
  }),
  changedKeyTime: answerOfChange({
    ...keyTime().shape,
    outcome: z.enum(['edited', 'removed', 'unchanged']),
    closed: z.array(closing()),
    opened: z.array(closing()),
    changed: z.boolean(),
  }),

  errorList: answer({
    errors: z.array(
      z.strictObject({
        kind: z.enum(['entry', 'key-time', 'other']),
        code: text(),
        subject: text(),
        message: text(),
        hint: text(),
      }),
    ),
    total: count(),
  }),
  createdRelease: answerOfChange({ ...release().shape, changed: z.boolean() }),
  /** With the centres of its audience, and when the first and the last of them opens. */
  releaseList: answer({
    releases: z.array(
      z.strictObject({
        ...release().shape,
        centres: count(),
        firstOpensAt: orNull(time()),
        lastOpensAt: orNull(time()),
        withoutKeyTime: count(),
      }),
    ),
    total: count(),
  }),
  shownRelease: answer({ ...release().shape, ...outlook() }),
  changedRelease: answerOfChange({
    ...release().shape,
    outcome: z.enum(['edited', 'released', 'withdrawn', 'unchanged']),
    closed: z.array(closing()),
    changed: z.boolean(),
  }),
  publishedRelease: answerOfChange({
    ...release().shape,
    ...outlook(),
    outcome: z.enum(['edited', 'released', 'withdrawn', 'unchanged']),
    changed: z.boolean(),
    authorisations: z.array(authorisation()),
  }),
  /** With --out where it was written. */
  authorisationList: z.union([
    answer({ authorisations: z.array(authorisation()), total: count() }),
    answer({ file: text(), total: count() }),
  ]),
  entriesImport: answerOfChange({
    closed: z.array(closing()),
    opened: z.array(closing()),
    file: text(),
    rows: rowsOfTable(),
    entries: z.strictObject({ created: count(), changed: count(), unchanged: count() }),
    issues: z.array(issue()),
    /** Where --plan-out saved it. */
    plan: z.optional(orNull(text())),
    changed: z.boolean(),
  }),
  entryList: answer({
    entries: z.array(
      z.strictObject({
        centre: z.strictObject({ number: text(), name: orNull(text()) }),
        series: text(),
        component: text(),
        candidates: count(),
      }),
    ),
    total: count(),
  }),
  resourceList: answer({ resources: z.array(resource()), total: count() }),
  resource: answer(resource().shape),
  changedResources: answerOfChange({
    resources: z.array(
      z.strictObject({
        ...resource().shape,
        outcome: z.enum(['uploaded', 'mended', 'withdrawn', 'restored', 'unchanged']),
        changed: z.boolean(),
      }),
    ),
    total: count(),
    closed: z.optional(z.array(closing())),
    opened: z.optional(z.array(closing())),
  }),
  download: answer({ id: count(), title: text(), file: text(), bytes: count(), sha256: text() }),
  helpDocumentList: answer({ helpDocuments: z.array(helpDocument()), total: count() }),
  changedHelpDocuments: answerOfChange({
    helpDocuments: z.array(
      z.strictObject({
        ...helpDocument().shape,
        outcome: z.enum(['uploaded', 'mended', 'replaced', 'withdrawn', 'unchanged']),
        changed: z.boolean(),
      }),
    ),
    total: count(),
  }),

  accountRequest: answerOfChange({ email: text(), requested: z.boolean() }),
  account: answerOfChange({ ...user().shape, changed: z.boolean(), mail: mail() }),

  messages: answerOfChange({ messages: mail(), total: count() }),
  messageList: answer({ messages: mail(), total: count() }),
  cancelledMessages: answerOfChange({
    messages: z.array(z.strictObject({ ...message().shape, changed: z.boolean() })),
    total: count(),
  }),
  /** `file` is what it was written to, `page` what --html wrote. */
  shownMessage: answer({ ...message().shape, file: orNull(text()), text: text(), page: orNull(text()) }),

  templateList: answer({
    templates: z.array(
      z.strictObject({
        name: text(),
        does: text(),
        subject: text(),
        edited: z.boolean(),
        editedAt: orNull(time()),
        editedBy: orNull(text()),
      }),
    ),
    total: count(),
  }),
  template: answer({
    name: text(),
    subject: text(),
    text: text(),
    html: text(),
    edited: z.boolean(),
    variables: z.array(text()),
  }),
  changedTemplate: answerOfChange({ name: text(), changed: z.boolean() }),
  templatePreview: answerOfChange({ name: text(), changed: z.boolean(), mail: mail() }),

  auditList: answer({ events: z.array(event()), total: count() }),
  auditExport: answer({ file: text(), events: count() }),
  auditVerdict: answer({ ok: z.boolean(), events: count(), head: orNull(text()) }),

  /** `desks`: with --roles, the role of a shared store's desks; null else. */
  createdStore: answerOfChange({
    store: text(),
    keyFile: text(),
    desks: orNull(z.strictObject({ role: text(), statements: z.array(text()), made: z.boolean() })),
    changed: z.boolean(),
  }),
  store: answer({
    store: text(),
    bytes: count(),
    /** Null of a store that is a file. */
    server: orNull(
      z.strictObject({
        host: text(),
        version: text(),
        roundTripMs: z.number(),
        heldBy: orNull(text()),
      }),
    ),
    keyFile: text(),
    key: z.enum(['there', 'missing', 'of-another-store', 'unreadable']),
    createdAt: time(),
    version: count(),
    centres: z.strictObject({ live: count(), deleted: count() }),
    users: z.strictObject({ invited: count(), active: count(), suspended: count(), deleted: count() }),
    auditRows: count(),
    messagesWaiting: count(),
    lastImport: orNull(z.strictObject({ id: count(), file: text(), at: time(), state: importState() })),
    kept: z.array(z.strictObject({ file: text(), at: time(), bytes: count() })),
  }),
  storeCheck: answer({ ok: z.boolean(), store: text(), keyFile: text(), findings: z.array(problem()) }),
  /** `bytes` is null in a rehearsal. */
  backup: answerOfChange({
    store: text(),
    file: text(),
    bytes: orNull(count()),
    keyFile: text(),
    /** With --without-content the bytes of files are left out. */
    withoutContent: z.boolean(),
    changed: z.boolean(),
  }),
  /** `rows` and `head`, the end of the audit log, are those of both; null in a rehearsal. */
  copiedStore: answerOfChange({
    store: text(),
    to: text(),
    counts: z.strictObject({ centres: count(), users: count(), events: count() }),
    rows: orNull(count()),
    head: orNull(z.strictObject({ events: count(), head: text() })),
    keyFile: text(),
    /** Where the key of the copy is looked for. */
    keyFileOfCopy: text(),
    withoutContent: z.boolean(),
    changed: z.boolean(),
  }),
  /** `kept` is where the store that was there lies now. */
  restoredStore: answerOfChange({
    store: text(),
    file: text(),
    kept: orNull(text()),
    keyFile: text(),
    newKey: z.boolean(),
    voided: voided(),
    erasedAgain: z.strictObject({ accounts: count(), suspended: z.array(count()) }),
    changed: z.boolean(),
  }),
  migratedStore: answerOfChange({
    store: text(),
    from: count(),
    to: count(),
    kept: orNull(text()),
    changed: z.boolean(),
  }),
  rekeyedStore: answerOfChange({ store: text(), keyFile: text(), voided: voided(), changed: z.boolean() }),
  acceptedClock: answerOfChange({
    acceptedAt: time(),
    lastEventAt: orNull(time()),
    voided: voided(),
    changed: z.boolean(),
  }),
  seededStore: z.union([
    answerOfChange({
      centres: count(),
      users: count(),
      /** With --releases what else was made up. */
      releases: orNull(
        z.strictObject({ keyTimes: count(), entries: count(), resources: count(), releases: count() }),
      ),
      /** With --services likewise. */
      services: orNull(
        z.strictObject({
          associates: count(),
          associateCentres: count(),
          roles: count(),
          learnerGroups: count(),
        }),
      ),
      changed: z.boolean(),
    }),
    /** With --xlsx the workbook, and the file of what an import of it must answer. */
    answerOfChange({
      file: text(),
      expect: orNull(text()),
      rows: z.strictObject({ read: count(), accepted: count(), heldBack: count(), blank: count() }),
    }),
  ]),

  /** `id` is an address, or the number of a centre; `centre` is where a user is. */
  found: answer({
    results: z.array(
      z.strictObject({
        kind: z.enum(['user', 'centre']),
        id: text(),
        name: text(),
        centre: orNull(text()),
        status: text(),
      }),
    ),
    total: count(),
  }),
  /** `actor` and what belongs to it are null for Cambridge staff; `centres` are those that may be seen. */
  whoami: answer({
    actor: orNull(text()),
    centre: orNull(text()),
    hubRole: orNull(text()),
    roles: z.array(text()),
    operator: text(),
    store: text(),
    rights: z.array(z.strictObject({ actor: text(), may: text() })),
    centres: orNull(z.array(text())),
  }),
  /** With --json a batch answers in documents of one line each: one for each of its lines, and one that counts them. */
  batch: z.union([
    z.strictObject({
      line: count(),
      command: text(),
      exit: count(),
      /** What the line's own command answers. */
      answer: orNull(z.record(text(), z.unknown())),
      error: orNull(
        z.strictObject({
          code: text(),
          message: text(),
          hint: orNull(text()),
          details: z.record(text(), z.unknown()),
        }),
      ),
    }),
    answerOfChange({ done: count(), refused: count(), left: count(), atomic: z.boolean() }),
  ]),
  version: answer({ version: text(), node: text(), platform: text() }),

  /** `lapsing` and `sheetsOwed` are what somebody should see to soon; `next` are lines to be pasted. */
  status: answer({
    store: text(),
    answersInMs: count(),
    centres: z.strictObject({ approved: count(), active: count(), deleted: count() }),
    users: z.strictObject({ invited: count(), active: count(), suspended: count(), deleted: count() }),
    messages: z.strictObject({ waiting: count(), failed: count(), unknown: count() }),
    lapsing: z.strictObject({ links: count(), pins: count() }),
    sheetsOwed: z.array(z.strictObject({ import: count(), file: text() })),
    /** Releases that open for some centre within a day. */
    opening: z.array(
      z.strictObject({
        id: count(),
        name: text(),
        firstOpensAt: orNull(time()),
        centres: count(),
        withoutKeyTime: count(),
      }),
    ),
    lastImports: z.array(z.strictObject({ id: count(), file: text(), at: time(), state: importState() })),
    next: z.array(text()),
  }),
  /** `name` is null where the whole file was edited. */
  changedSetting: answerOfChange({ file: text(), name: orNull(text()), changed: z.boolean() }),
  settings: answer({
    file: text(),
    settings: z.record(text(), z.strictObject({ value: orNull(text()), from: text() })),
  }),
  completionScript: answer({ shell: text(), script: text() }),
  help: z.union([
    answer({ topics: z.record(text(), text()) }),
    answer({ topic: text(), text: text() }),
    answer({
      topic: text(),
      exitCodes: z.array(z.strictObject({ code: count(), meaning: text(), next: text() })),
    }),
    answer({
      topic: text(),
      errorCodes: z.array(z.strictObject({ code: text(), exit: count(), meaning: text() })),
    }),
    answer({
      topic: text(),
      /** JSON schemas by name, and which of them each command answers in. */
      schemas: z.record(text(), z.record(text(), z.unknown())),
      answers: z.record(text(), text()),
    }),
  ]),
})
