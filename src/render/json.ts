import * as z from 'zod'

/** The shapes that --json promises; `ssh-admin help json --json` prints them as JSON schemas. */

const count = z.number().int().min(0)
const time = z.iso.datetime()

const user = z.object({
  id: count,
  email: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  centre: z.object({ number: z.string(), name: z.string() }).nullable(),
  hubRole: z.enum(['coordinator', 'admin', 'teacher']).nullable(),
  roles: z.array(z.string()),
  sites: z.array(z.string()),
  status: z.enum(['invited', 'active', 'suspended', 'deleted']),
  canSignIn: z.boolean(),
  whyNot: z
    .enum(['deleted', 'suspended', 'no-centre', 'centre-deleted', 'coordinator-suspended', 'invited'])
    .nullable(),
  pin: z.enum(['none', 'issued', 'used', 'expired', 'void']),
  lastSignedInAt: time.nullable(),
  createdAt: time,
  progressionTests: z.object({ learnerGroups: count, tests: count, results: count }),
})

const centre = z.object({
  id: count,
  number: z.string(),
  name: z.string(),
  kind: z.enum(['school', 'associate', 'associate-centre']),
  associate: z.string().nullable(),
  status: z.enum(['approved', 'active', 'deleted']),
  address: z.string(),
  town: z.string(),
  postcode: z.string(),
  country: z.string(),
  coordinator: z.object({ email: z.string(), name: z.string(), status: z.string() }).nullable(),
  users: count,
  createdAt: time,
  deletedAt: time.nullable(),
})

const message = z.object({
  id: count,
  to: z.string(),
  letter: z.string(),
  subject: z.string(),
  state: z.enum(['queued', 'written', 'sent', 'failed', 'unknown', 'cancelled']),
  attempts: count,
  lastError: z.string().nullable(),
  createdAt: time,
  deliveredAt: time.nullable(),
})

const issue = z.object({
  cell: z.string().nullable(),
  row: count.nullable(),
  column: z.string().nullable(),
  value: z.string().nullable(),
  code: z.string(),
  message: z.string(),
  hint: z.string().nullable(),
})

const importAnswer = z.object({
  import: z.object({
    id: count.nullable(),
    file: z.string(),
    sheet: z.string(),
    state: z.enum(['planned', 'applied', 'undone']),
    digest: z.string(),
  }),
  rows: z.object({ read: count, accepted: count, heldBack: count, blank: count }),
  centres: z.object({ created: count, renamed: count, unchanged: count, restored: count, deleted: count }),
  users: z.object({ created: count, replaced: count, unchanged: count, deleted: count }),
  renamedCentres: z.array(
    z.object({ number: z.string(), from: z.string(), to: z.string(), cell: z.string().nullable() }),
  ),
  missingCentres: z.array(
    z.object({ number: z.string(), name: z.string(), users: count, kept: z.string().nullable() }),
  ),
  extraUsers: z.array(
    z.object({
      email: z.string(),
      centre: z.string(),
      spreadsheetEmails: z.array(z.string()),
      lastSignedInAt: time.nullable(),
      kept: z.string().nullable(),
    }),
  ),
  duplicatedUsers: z.array(
    z.object({
      email: z.string(),
      places: z.array(
        z.object({ centre: z.string(), in: z.enum(['workbook', 'store']), cell: z.string().nullish() }),
      ),
    }),
  ),
  issues: z.array(issue),
  pins: z.object({ file: z.string().nullable(), count }),
  mail: z.object({ queued: count }),
  elapsedMs: z.number(),
  dryRun: z.boolean(),
})

const failure = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
  }),
})

const auditEvent = z.object({
  id: count,
  at: time,
  operator: z.string().nullable(),
  actor: z.string().nullable(),
  kind: z.enum(['change', 'refusal', 'event']),
  action: z.string(),
  subject: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
})

/** `users add`, `suspend`, `restore`, `delete`, `edit`, `remove`, `move`, `reset-password`. */
const users = z.object({
  users: z.array(
    user.extend({
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
    }),
  ),
  mail: z.array(message),
  total: count,
  dryRun: z.boolean(),
})

/** `users list`. */
const userList = z.object({ users: z.array(user), total: count })

/** `users transfer`. */
const transfer = z.object({
  from: z.string(),
  to: z.string(),
  sites: z.array(z.object({ site: z.string(), learnerGroups: count, tests: count, results: count })),
  changed: z.boolean(),
})

/** `store accept-clock`. */
const acceptedClock = z.object({
  acceptedAt: time,
  lastEventAt: time.nullable(),
  voided: z.object({ pins: count, links: count, letters: count }),
  changed: z.boolean(),
})

/** `store restore`. */
const restoredStore = z.object({
  store: z.string(),
  file: z.string(),
  /** Where the store that was there lies now. */
  kept: z.string().nullable(),
  keyFile: z.string(),
  newKey: z.boolean(),
  voided: z.object({ pins: count, links: count, letters: count }),
  erasedAgain: z.object({ accounts: count, suspended: z.array(count) }),
  changed: z.boolean(),
  dryRun: z.boolean(),
})

/** `users pin`, where the PIN is asked for by name; null in a rehearsal. */
const pin = z.object({ user, pin: z.string().nullable(), validUntil: time, changed: z.boolean() })

/** `progression-tests list --owner`. */
const progressionTests = z.object({
  progressionTests: z.array(
    z.object({
      site: z.string(),
      learnerGroup: z.string(),
      stage: z.string(),
      subject: z.string(),
      test: z.string(),
      takenOn: z.iso.date(),
      results: count,
    }),
  ),
  total: count,
})

/** `progression-tests import`. */
const progressionTestsImport = z.object({
  file: z.string(),
  rows: count,
  learnerGroups: z.object({ created: count, unchanged: count }),
  tests: z.object({ created: count, unchanged: count }),
  results: z.object({ created: count, corrected: count, unchanged: count }),
  changed: z.boolean(),
  dryRun: z.boolean(),
})

/** `coordinator show`, `add`, `change`, `suspend`, `restore`. */
const coordination = z.object({
  centre,
  coordinator: user.nullable(),
  former: user.nullable(),
  affected: count,
  changed: z.boolean(),
  mail: z.array(message),
})

/** `associates list`. */
const associateList = z.object({
  associates: z.array(
    z.object({ id: count, number: z.string(), name: z.string(), centres: count, assigned: count }),
  ),
  total: count,
})

/** `associates show`. */
const associate = z.object({
  associate: centre,
  accounts: z.array(z.object({ email: z.string(), assigned: count })),
  centres: z.array(centre.extend({ assignedTo: z.array(z.string()) })),
  total: count,
})

/** `associates assign`, `unassign`. */
const assigned = z.object({
  account: user,
  centres: z.array(centre.extend({ changed: z.boolean() })),
  assigned: count,
  changed: z.boolean(),
})

/** `roles list`; with `--matrix` who may do what. */
const roleList = z.object({
  roles: z.array(
    z.object({
      name: z.string(),
      service: z.string(),
      shared: z.boolean(),
      givenBy: z.string(),
      does: z.string(),
    }),
  ),
  total: count,
})
const matrix = z.object({ matrix: z.array(z.object({ actor: z.string(), may: z.string() })), total: count })

/** `roles check`. */
const permission = z.object({
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  allowed: z.boolean(),
  rule: z.string(),
})

/** `audit list`. */
const auditList = z.object({ events: z.array(auditEvent), total: count })

/** `audit verify`. */
const auditVerdict = z.object({ ok: z.boolean(), events: count, head: z.string().nullable() })

/** `users erase`. */
const erasure = z.object({
  erased: z.object({ accounts: count, events: count, messages: count, files: count }),
  left: z.array(z.string()),
  changed: z.boolean(),
  dryRun: z.boolean(),
})

/** `users duplicates`. */
const duplicates = z.object({
  duplicates: z.array(
    z.object({
      why: z.enum(['same-name-near-address', 'same-name-same-centre', 'look-alike-address']),
      users: z.array(
        user
          .pick({
            id: true,
            email: true,
            firstName: true,
            lastName: true,
            status: true,
            lastSignedInAt: true,
          })
          .extend({
            centre: z.string().nullable(),
          }),
      ),
    }),
  ),
  total: count,
})

export const shapes = {
  user,
  users,
  userList,
  transfer,
  pin,
  acceptedClock,
  restoredStore,
  progressionTests,
  progressionTestsImport,
  centre,
  message,
  import: importAnswer,
  issue,
  coordination,
  associateList,
  associate,
  assigned,
  roleList,
  matrix,
  permission,
  event: auditEvent,
  auditList,
  auditVerdict,
  erasure,
  duplicates,
  error: failure,
}
