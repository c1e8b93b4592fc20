import type * as z from 'zod'
import type { OpenStore } from '../db/store/open.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import type { View } from '../render/table.ts'
import { answer, action } from './action.ts'
import type { Notice } from './session.ts'

interface Reading<Options, Result> {
  options: z.ZodType<Options>
  read: (options: Options, ctx: RuleContext, store: OpenStore) => Promise<Result>
  render: (result: Result, view: View) => string
  json: (result: Result) => object
  /** What else there is to know, for a line on stderr or for `notices`. */
  notices?: (result: Result) => readonly Notice[]
}

/** A command that only looks. */
export function query<Options, Result>({ options, read, render, json, notices }: Reading<Options, Result>) {
  return action(options, async (checkedOptions, session) => {
    const store = await session.open('read')
    try {
      const ctx = await session.ctx(store)
      const result = await read(checkedOptions, ctx, store)
      for (const notice of notices?.(result) ?? []) session.notify(notice)
      await answer(session, { text: render(result, session.terminal.out), json: json(result) })
      return 0
    } finally {
      await store.close()
    }
  })
}
