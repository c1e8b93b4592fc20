import * as z from 'zod'
import type { AuditVerdict, Backwards } from '../../db/audit/chain.ts'
import { Unavailable } from '../../errors.ts'
import { query } from '../../cli/define.ts'
import { option } from '../../cli/parameters.ts'
import { missingHeadNotice, type Notice } from '../../cli/session.ts'

export const verify = () =>
  query({
    name: 'verify',
    summary: 'check that nobody changed the audit log',
    description: `Check that no row of the audit log was changed, removed, inserted or moved, and print its head.
Every row is sealed with the store's key together with the row before it: what was done without the key shows. Where the log ends is noted beside the key after each change (KEY.head), so that rows cut off at its end show too. What somebody did who holds the key does not: keep the head that is printed somewhere else, and name it with --head the next time.`,
    options: {
      head: option(
        '<hash>',
        'a head printed earlier: it must still be in the log',
        z
          .string()
          .trim()
          .regex(/^[0-9a-f]{64}$/i, { error: 'the 64 digits that audit verify printed' })
          .transform((head) => head.toLowerCase())
          .optional(),
      ),
    },
    examples: ['ssh-admin audit verify'],
    read: async (store, ctx, { head }) => {
      const { missingHead, verifyAudit } = await import('../../db/audit/verify.ts')
      const verdict = await verifyAudit(store, { head })
      if (!verdict.ok) throw broken(verdict)
      return { ...verdict, missing: await missingHead(store, { ...verdict, operator: ctx.by.operator }) }
    },
    render: ({ events, head }, { isTerminal, chalk }) =>
      isTerminal
        ? `${chalk.green('✓')} The audit log is whole: ${events} event${events === 1 ? '' : 's'}.\n  Head: ${head ?? 'none yet'}`
        : `${events}\t${head ?? ''}`,
    json: ({ ok, events, head }) => ({ ok, events, head }),
    notices: ({ backwards, missing }) => [
      ...backwards.map(backwardsNotice),
      ...(missing === undefined ? [] : [missingHeadNotice(missing, 'missing')]),
    ],
  })

/** As it was written, and yet not in order: a clock was set back. */
function backwardsNotice({ row, at, before }: Backwards): Notice {
  return {
    code: 'time-backwards',
    message: `The time of row ${row}, ${at}, lies before that of the row it follows, ${before}: a clock was set back.`,
  }
}

function broken({ events, head, problems, more }: AuditVerdict): Unavailable {
  const beyond = more > 0 ? ` (${more} more not listed)` : ''
  return new Unavailable('audit-broken', `The audit log is not as it was written${beyond}:`, {
    hint: 'Keep the store as it is, and compare it with a backup: ssh-admin store check says more of the rest.',
    details: {
      ok: false,
      events,
      head,
      problems: problems.map(({ row, message }) => ({
        target: row === undefined ? 'audit log' : `row ${row}`,
        code: 'audit-broken',
        message,
      })),
    },
  })
}
