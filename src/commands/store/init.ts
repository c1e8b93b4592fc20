import { existsSync } from 'node:fs'
import type { DeskRole } from '../../db/store/by-engine.ts'
import { Refused } from '../../errors.ts'
import { command } from '../../cli/define.ts'
import { flag } from '../../cli/parameters.ts'
import { removeLeftovers } from '../../cli/leftovers.ts'
import { markedAnswer } from '../../render/text.ts'
import { pathInWords } from '../../shell-word.ts'

/** Of no other kind: it creates the store that a mutation would open. */
export const init = () =>
  command({
    name: 'init',
    summary: 'begin a new store and its key',
    description: 'Begin a new, empty store, and the key file from which its PINs and links are derived.',
    options: {
      ifMissing: flag('a store that is there already is no error'),
      roles: flag('of a store on a server: make a role for desks, which cannot change the audit log'),
    },
    examples: ['ssh-admin store init --db hub.db'],
    changes: true,
    run: async ({ ifMissing, roles }, session) => {
      const db = session.settings.db.value
      const { deskRoleOf, refuseFile } = await import('../../db/store/by-engine.ts')
      if (roles) refuseFile(db)
      const refuseOther = () => {
        if (ifMissing || roles) return
        throw new Refused('store-exists', `There is a store at ${pathInWords(db)} already.`, {
          hint: 'It stays as it is. To begin another one, name its place with --db.',
        })
      }
      // An existing file may not be a store; that is reported instead of `store-exists`.
      if (existsSync(db) && !ifMissing) {
        await (await session.open('read')).close()
        refuseOther()
      }
      const { dryRun } = session.common
      const store = await session.open(dryRun ? 'rehearse-creation' : 'create', { reportsCreation: true })
      const { created: changed, keyFile } = store
      try {
        // Another process may have created it in the meantime.
        if (!changed) refuseOther()
        else if (!dryRun) await removeLeftovers(session, store)
      } finally {
        await store.close()
      }
      const desks = roles ? await deskRoleOf(await session.opening('use'), { make: !dryRun }) : undefined
      const isChanged = changed || desks?.made === true
      const createdLines = changed
        ? [
            `Began the store ${pathInWords(db)}`,
            `Its key is ${pathInWords(keyFile)}: keep a copy elsewhere; without it no PIN or link can be made again.`,
          ]
        : []
      const lines = desks
        ? roleLines(desks, { createdLines, isTerminal: session.terminal.out.isTerminal })
        : changed
          ? createdLines
          : [`There is a store at ${pathInWords(db)}; nothing to do.`]
      return {
        text: markedAnswer(lines.join('\n'), { changed: isChanged, view: session.terminal.out }),
        json: { store: db, keyFile, desks: desks ?? null, changed: isChanged },
      }
    },
  })

/** The role's statements for psql; everything else is an SQL comment. */
function roleLines(
  { role, statements, made }: DeskRole,
  { createdLines, isTerminal }: { createdLines: readonly string[]; isTerminal: boolean },
): string[] {
  const next = `Then each desk signs in as a user who has it: create user tom password '…' in role "${role}";`
  const done = `Made the role ${role}: it adds to the audit log, and cannot change it.`
  if (made && isTerminal) return [...createdLines, done, next]
  const comment = (line: string) => `-- ${line}`
  const why = made
    ? `${done} These statements made it, and change nothing more:`
    : 'These statements make the role for desks; whoever may make roles on the server runs them, in its database:'
  return [...createdLines, why].map(comment).concat(statements, comment(next))
}
