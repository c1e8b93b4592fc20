import * as z from 'zod'
import { orName, option, optionOf } from '../../cli/parameters.ts'

const day = /^\d{4}-\d{2}-\d{2}$/
const oneDay = 86_400_000

/** A day, or a moment; a moment without a zone is UTC, as everything in the log. */
const since = z.string().transform((text, context) => moment(text, context)?.toISOString())
const until = z.string().transform((text, context) => {
  const at = moment(text, context)
  // The day named is still part of it.
  return at && (day.test(text.trim()) ? new Date(at.getTime() + oneDay) : at).toISOString()
})

function moment(text: string, context: z.RefinementCtx): Date | undefined {
  const typed = text.trim()
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(typed) || day.test(typed) ? typed : `${typed}Z`
  const at = new Date(zoned)
  if (!Number.isNaN(at.getTime())) return at
  context.addIssue({
    code: 'custom',
    message: 'a day such as 2026-03-01, or a time such as 2026-03-01T09:30',
  })
  return undefined
}

const text = z.string().trim().min(1).optional()

/** What narrows the log down. */
export const filterOptions = {
  kind: optionOf(['change', 'refusal', 'event'], '<kind>', 'change, refusal or event'),
  subject: orName('subject', option('<who>', 'what happened to this person or centre', text)),
  actor: orName('past-user', option('<email>', 'what this user did; staff for Cambridge staff', text)),
  action: option('<action>', 'what was done: users.suspended, or users for all of it', text),
  since: option('<time>', 'from this day or time on, UTC', since.optional()),
  until: option('<time>', 'up to this day or time, UTC', until.optional()),
}
