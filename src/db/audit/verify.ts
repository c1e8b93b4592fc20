import { type AuditVerdict, type KnownHead, verifyChain } from './chain.ts'
import {
  emptyLog,
  firstVersionWithHead,
  hasKeyOfAnother,
  hasWritten,
  isNotedElsewhere,
  readHeadFile,
} from './head-file.ts'
import { importProblems } from './imports-in-log.ts'
import type { OpenStore } from '../store/open.ts'

/** The chain, the head that was noted beside the key, and what the log says of each import against what is in the store. */
export async function verifyAudit(store: OpenStore, { head }: { head?: string } = {}): Promise<AuditVerdict> {
  const key = store.keys().audit
  const verdict = await verifyChain(store.db, { key, heads: knownHeads(store, head) })
  for (const message of await importProblems(store.db)) {
    verdict.problems.push({ message })
    verdict.ok = false
  }
  return verdict
}

/**
 * The file in which the head of a log with events is noted, where it is not there. At a shared store a desk notes its own:
 * until it has written to the log, it misses none. Nor does a backup that is looked at with the key of the store that goes on.
 */
export async function missingHead(
  { path, keyFile, headFile, version, db, engine }: OpenStore,
  { events, operator }: { events: number; operator: string },
): Promise<string | undefined> {
  if (path === undefined || events === 0 || version < firstVersionWithHead) return undefined
  if (readHeadFile(headFile)) return undefined
  const upTo = Number.MAX_SAFE_INTEGER
  const isNone = engine.isShared
    ? !(await hasWritten(db, { operator, upTo })) || (await isNotedElsewhere(db, { keyFile, headFile }))
    : hasKeyOfAnother({ path, keyFile, headFile })
  return isNone ? undefined : headFile
}

function knownHeads({ path, headFile }: OpenStore, named: string | undefined): KnownHead[] {
  const noted = path === undefined ? undefined : readHeadFile(headFile)
  return [
    ...(named === undefined ? [] : [{ head: named, called: 'the head you named' }]),
    ...(noted && noted.events > emptyLog.events
      ? [{ head: noted.head, called: `the head of ${noted.events} events that ${headFile} keeps` }]
      : []),
  ]
}
