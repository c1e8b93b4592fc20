import * as z from 'zod/mini'
import { mail } from './mail.ts'
import { answer, answerOfChange, count, orNull, text, time, userStatus } from './parts.ts'
import { closing } from './releases.ts'
import { event } from './store.ts'

export const user = () =>
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

export const changedUser = () =>
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

const transferFields = () => ({
  from: text(),
  to: text(),
  sites: z.array(z.strictObject({ site: text(), learnerGroups: count(), tests: count(), results: count() })),
  changed: z.boolean(),
})

export const userAnswers = () => ({
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
  /** `credentials` are those that are neither used nor void: until when each is or was valid, never its value. */
  userDetails: answer({
    ...user().shape,
    credentials: z.array(
      z.strictObject({
        kind: z.enum(['pin', 'set-up-link', 'reset-link', 'temporary-password', 'code']),
        validUntil: time(),
        expired: z.boolean(),
      }),
    ),
    lastEvents: z.array(event()),
  }),
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
  accountRequest: answerOfChange({ email: text(), requested: z.boolean() }),
  account: answerOfChange({ ...user().shape, changed: z.boolean(), mail: mail() }),
})

export const roleAnswers = () => ({
  /** With --matrix, who may do what. */
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
  /** `actor` and its facts are null for Cambridge staff; `centres` are those that the actor may see. */
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
})
