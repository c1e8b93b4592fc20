import { answer } from './action.ts'
import type { Query } from './define.ts'
import type { Session } from './session.ts'

/** Opens the store, finds the actor, reads and answers. @returns the exit code */
export async function runQuery<Args, Options, Result>(
  { read, render, json, notices, exit }: Query<Args, Options, Result>,
  options: Args & Options,
  session: Session,
): Promise<number> {
  const store = await session.open('read')
  try {
    const result = await read(store, await session.ctx(store), options, session)
    for (const notice of notices?.(result) ?? []) session.notify(notice)
    await answer(session, { text: render(result, session.terminal.out), json: json(result) })
    return exit?.(result) ?? 0
  } finally {
    await store.close()
  }
}
