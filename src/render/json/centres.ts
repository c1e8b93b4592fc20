import * as z from 'zod/mini'
import { mail } from './mail.ts'
import { answer, answerOfChange, count, orNull, text, time, userStatus } from './parts.ts'
import { closing } from './releases.ts'
import { event } from './store.ts'
import { user } from './users.ts'

export const centre = () =>
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
    /** The IANA name; null where it is the only time zone of the country, or not known. */
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

const coordination = () => ({
  centre: centre(),
  coordinator: orNull(user()),
  former: orNull(user()),
  affected: count(),
  changed: z.boolean(),
  mail: mail(),
})

/** Answers about centres, who coordinates them, and Associates. */
export const centreAnswers = () => ({
  exportedCentres: answerOfChange({ file: orNull(text()), centres: count(), users: count() }),
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
})
