import * as z from 'zod/mini'
import { answer, count, orNull, text } from './parts.ts'

export const roleAnswers = () => ({
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
})
