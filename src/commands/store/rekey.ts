import type { Voided } from '../../db/credentials.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { changedMeanwhile, type Problem } from '../../errors.ts'
import { confirm } from '../../cli/confirm.ts'
import { voidedInWords } from '../../render/store.ts'
import { markedAnswer } from '../../render/text.ts'
import { rekeyStore } from '../../rules/store/rekey.ts'
import { command } from '../../cli/define.ts'
import { type WorkFor, withStore } from '../../cli/session.ts'
import { pathInWords } from '../../shell-word.ts'

/** Of no other kind: the change is sealed with the new key, which is moved into place around the commit. */
export const rekey = () =>
  command({
    name: 'rekey',
    summary: 'give the store a new key',
    description:
      'Give the store a new key, for when the old one was lost or seen by others. Every open PIN and link becomes void; the audit log goes on in a new part that names the end of the old one. The old key stays beside the new one, under another name: a copy of the store that has it goes on with it.',
    examples: ['ssh-admin store rekey --yes', 'ssh-admin store rekey --dry-run'],
    changes: true,
    run: async (_, session) => {
      const { dryRun, yes } = session.common
      const asks = !dryRun && !yes
      const { newKeyFor, withNewKey } = await import('../../db/store/rekey.ts')
      const db = session.settings.db.value

      return withStore(session, dryRun ? 'rehearse' : 'use', async (store) => {
        const { keyFile } = store
        const { random } = await session.ctx(store)
        const key = newKeyFor(store, random)
        const sealed = { ...store, keys: () => key.keys }
        const work: WorkFor<Voided> = (trx, ctx) =>
          rekeyStore(trx, { fingerprint: key.keys.fingerprint, ctx })
        const rehearsal = dryRun || asks ? await session.rehearse(sealed, work) : undefined
        if (rehearsal) {
          const words = `Give ${pathInWords(db)} a new key? That voids ${voidedInWords(rehearsal)}${toBeIssued(rehearsal)}.`
          await confirm(session, words)
        }
        const { result: voided, waitingFile } =
          dryRun && rehearsal
            ? { result: rehearsal, waitingFile: undefined }
            : await withNewKey(key, {
                interruption: session.context.interruption,
                commit: async () => {
                  const { result } = await session.commit(sealed, async (trx, ctx) => {
                    const result = await work(trx, ctx)
                    if (rehearsal && JSON.stringify(rehearsal) !== JSON.stringify(result))
                      throw changedMeanwhile()
                    return result
                  })
                  return result
                },
              })
        if (waitingFile !== undefined) {
          const message = `The new key could not be given its name: it is in ${waitingFile}, and is used from there.`
          session.notify({ code: 'key-waits', message })
        }
        if (!dryRun) {
          for (const { code, message, hint } of await findingsOfOtherKeys(store))
            session.notify({ code, message: hint ? `${message} ${hint}` : message })
        }
        const kept = waitingFile === undefined ? key.kept : null
        const message = `${dryRun ? 'This would void' : 'This voided'} ${voidedInWords(voided)}${toBeIssued(voided)}.\nThe ${dryRun ? '' : 'new '}key is ${pathInWords(keyFile)}: keep a copy elsewhere.${kept === null ? '' : `\nThe old one ${dryRun ? 'would be' : 'is'} kept as ${pathInWords(kept)}, for copies of the store that have it.`}${store.engine.isShared ? '\nThe other desks need a copy of it in the same place: until then they look at the store, and change nothing.' : ''}`
        return {
          text: markedAnswer(message, { changed: true, view: session.terminal.out }),
          json: { store: db, keyFile, kept, voided, changed: true },
          exit: waitingFile === undefined ? 0 : 9,
        }
      })
    },
  })

/** Findings about other keys; the new key is valid even if its folder cannot be listed. */
async function findingsOfOtherKeys(store: OpenStore): Promise<Problem[]> {
  const { leftoverKeyFindings } = await import('../../db/store/check.ts')
  try {
    return leftoverKeyFindings(store)
  } catch {
    return []
  }
}

function toBeIssued({ pins, links }: Voided): string {
  return pins + links === 0 ? '' : '; new ones must be issued'
}
