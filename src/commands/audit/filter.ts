import type { Command } from 'commander'
import * as z from 'zod'

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

/** What narrows the log down. */
export const filterOptions = {
  kind: z.enum(['change', 'refusal', 'event']).optional(),
  subject: z.string().trim().min(1).optional(),
  actor: z.string().trim().min(1).optional(),
  action: z.string().trim().min(1).optional(),
  since: since.optional(),
  until: until.optional(),
}

export function addFilterOptions(to: Command): Command {
  return to
    .option('--kind <kind>', 'change, refusal or event')
    .option('--subject <who>', 'what happened to this address or centre')
    .option('--actor <email>', 'what this user did; staff for Cambridge staff')
    .option('--action <action>', 'what was done: users.suspended, or users for all of it')
    .option('--since <time>', 'from this day or time on, UTC')
    .option('--until <time>', 'up to this day or time, UTC')
}
