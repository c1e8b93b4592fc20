import {
  emptyLog,
  firstVersionWithHead,
  usesKeyOfAnotherStore,
  hasWritten,
  isInOtherHeadFile,
  readHeadFile,
} from './head-file.ts'
import { importProblems } from './imports-in-log.ts'
import type { OpenStore } from '../store/opening.ts'
import { createHash, type KeyObject } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import type { AuditTable, Store } from '../schema.ts'
import { type AuditProblem, sealRow } from './append.ts'
import { type CheckValues, readObject, valueChecker, valuesWithoutRow } from './personal-values.ts'

/** Verifies the chain, the noted head, and each import against what the log says of it. */
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
 * The path of the head file if it is missing though the log has events. None is missing at a desk of a shared store
 * that has not written to the log yet, nor for a backup read with the key of the store that it was made of.
 */
export async function missingHead(
  { path, keyFile, headFile, version, db, engine }: OpenStore,
  { events, operator }: { events: number; operator: string },
): Promise<string | undefined> {
  if (path === undefined || events === 0 || version < firstVersionWithHead) return undefined
  if (readHeadFile(headFile)) return undefined
  const upTo = Number.MAX_SAFE_INTEGER
  const mayBeAbsent = engine.isShared
    ? !(await hasWritten(db, { by: operator, upTo })) || (await isInOtherHeadFile(db, { keyFile, headFile }))
    : usesKeyOfAnotherStore({ path, keyFile, headFile })
  return mayBeAbsent ? undefined : headFile
}

function knownHeads({ path, headFile }: OpenStore, named: string | undefined): KnownHead[] {
  const noted = path === undefined ? undefined : readHeadFile(headFile)
  return [
    ...(named === undefined ? [] : [{ head: named, description: 'the head you named' }]),
    ...(noted && noted.events > emptyLog.events
      ? [{ head: noted.head, description: `the head of ${noted.events} events that ${headFile} keeps` }]
      : []),
  ]
}

export interface AuditVerdict {
  ok: boolean
  events: number
  /** The seal of the last row; a copy kept elsewhere shows whether rows were cut off. */
  head: string | null
  problems: AuditProblem[]
  /** The number of problems beyond those listed. */
  more: number
  /** Rows whose time is before that of the preceding row: only a sign that a clock was set back. */
  backwards: OutOfOrderRow[]
}

interface OutOfOrderRow {
  row: number
  at: string
  before: string
}

/** A head that was kept elsewhere, and its name in messages. */
interface KnownHead {
  head: string
  description: string
}

const maxListed = 50

/** The event of `store accept-clock`, whose time may be before that of the preceding row. */
const clockAccepted = 'store.clock-accepted'

/**
 * Checks that no row of the audit log was changed, removed, inserted or moved by anybody without the key. Against
 * somebody who holds the key, only a head kept elsewhere helps.
 */
async function verifyChain(
  db: Kysely<Store>,
  { key, heads }: { key: KeyObject; heads: readonly KnownHead[] },
): Promise<AuditVerdict> {
  const found: AuditProblem[] = []
  let more = 0
  const report = (problem: AuditProblem) => {
    if (found.length < maxListed) found.push(problem)
    else more += 1
  }
  const segment = await lastSegment(db)
  const seals = { isSealRight: 0, wrong: 0 }
  let before: AuditTable | undefined
  let events = 0
  const missingHeads = new Map(heads.map(({ head, description }) => [head, description]))
  const backwards: OutOfOrderRow[] = []
  const earlier = createHash('sha256')
  const checkValues = await valueChecker(db)

  for await (const { row, valueProblems } of withValues(rowsOf(db), checkValues)) {
    if (row.id < 1) {
      report({ row: row.id, message: `row ${row.id} stands before the first, where none is written` })
      continue
    }
    events += 1
    const gap = row.id - (before?.id ?? 0) - 1
    if (before && row.at < before.at && row.action !== clockAccepted && backwards.length < maxListed)
      backwards.push({ row: row.id, at: row.at, before: before.at })
    if (gap > 0) report(missingRows({ from: row.id - gap, to: row.id - 1 }))
    if (before && row.segment < before.segment) {
      report({ row: row.id, message: `row ${row.id} is not as it was written` })
    } else if (row.segment < segment) {
      earlier.update(canonical(row))
    } else {
      if (before && before.segment < segment) {
        for (const problem of boundaryProblems({ row, before, digest: earlier.copy().digest('hex') }))
          report(problem)
      }
      const right = row.mac.equals(sealRow(key, { row, before: before?.mac }))
      if (right) seals.isSealRight += 1
      else seals.wrong += 1
      // After a gap the preceding seal is unknown; the gap itself has been reported.
      if (!right && gap <= 0) report({ row: row.id, message: `row ${row.id} is not as it was written` })
    }
    for (const problem of valueProblems) report(problem)
    missingHeads.delete(row.mac.toString('hex'))
    before = row
  }
  for (const id of await rowsBeyondNumbers(db)) {
    report({ message: `row ${id} stands where no row is ever written` })
  }
  for (const problem of await valuesWithoutRow(db)) report(problem)

  if (seals.wrong > 1 && seals.isSealRight === 0) {
    found.unshift({
      message: "no row is sealed with this store's key: the log was written anew, or moved here",
    })
  }
  for (const description of missingHeads.values()) {
    found.unshift({
      message: `${description} is not in the log: rows after it, or it too, were cut off or replaced`,
    })
  }
  const head = before ? before.mac.toString('hex') : null
  return { ok: found.length === 0, events, head, problems: found, more, backwards }
}

/** The digest of every row so far, which the first row of a new segment carries. */
export async function digestOfLog(db: Kysely<Store>): Promise<string> {
  const digest = createHash('sha256')
  for await (const page of rowsOf(db)) for (const row of page) digest.update(canonical(row))
  return digest.digest('hex')
}

async function lastSegment(db: Kysely<Store>): Promise<number> {
  const last = await db
    .selectFrom('audit')
    .select(({ fn }) => fn.max(segmentAsNumber()).as('segment'))
    .executeTakeFirst()
  return last?.segment ?? 1
}

/** The log, page by page. */
async function* rowsOf(db: Kysely<Store>): AsyncGenerator<AuditTable[]> {
  // From the smallest number possible, as somebody else may have put in rows below 1.
  for (let lastId = Number.MIN_SAFE_INTEGER; ; ) {
    const rows: AuditTable[] = await db
      .selectFrom('audit')
      .select(['id', 'at', 'operator', 'kind', 'action', 'command', 'facts', 'personal', 'mac'])
      .select(segmentAsNumber().as('segment'))
      .where('id', '>', lastId)
      .where('id', '<', Number.MAX_SAFE_INTEGER)
      .orderBy('id')
      .limit(1000)
      .execute()
    yield rows
    const end = rows.at(-1)
    if (!end) return
    lastId = end.id
  }
}

async function* withValues(pages: AsyncGenerator<AuditTable[]>, check: CheckValues) {
  for await (const rows of pages) {
    const problems = await check(rows)
    for (const [position, row] of rows.entries()) yield { row, valueProblems: problems[position] ?? [] }
  }
}

/** Row numbers beyond the safe integers, which ssh-admin never writes and cannot read exactly. */
async function rowsBeyondNumbers(db: Kysely<Store>): Promise<string[]> {
  const rows = await db
    .selectFrom('audit')
    .select(sql<string>`cast(id as text)`.as('number'))
    .where(({ eb, or }) =>
      or([eb('id', '<=', Number.MIN_SAFE_INTEGER), eb('id', '>=', Number.MAX_SAFE_INTEGER)]),
    )
    .orderBy('id')
    .limit(maxListed)
    .execute()
  return rows.map(({ number }) => number)
}

/** The segment, clamped to the safe integers, as somebody else may have put any number there. */
function segmentAsNumber() {
  const { MIN_SAFE_INTEGER: min, MAX_SAFE_INTEGER: max } = Number
  return sql<number>`case when segment < ${sql.lit(min)} then ${sql.lit(min)}
    when segment > ${sql.lit(max)} then ${sql.lit(max)} else segment end`
}

function canonical({ mac, ...row }: AuditTable): string {
  const { id, segment, at, operator, kind, action, command, facts, personal } = row
  const fields = [id, segment, at, operator, kind, action, command, facts, personal, mac.toString('hex')]
  return `${JSON.stringify(fields)}\n`
}

/** Rows sealed with an earlier key are checked by the digest in the first row of the next segment. */
function* boundaryProblems({
  row,
  before,
  digest,
}: {
  row: AuditTable
  before: AuditTable
  digest: string
}): Generator<AuditProblem> {
  const facts = readObject(row.facts) ?? {}
  const isRight =
    row.action === 'store.rekeyed' &&
    facts.oldHead === before.mac.toString('hex') &&
    facts.oldRows === before.id
  if (!isRight)
    yield { row: row.id, message: `row ${row.id} does not go on from the part of the log before it` }
  if (facts.oldDigest !== digest) {
    yield { message: `some row up to ${before.id}, sealed with an earlier key, is not as it was written` }
  }
}

function missingRows({ from, to }: { from: number; to: number }): AuditProblem {
  if (from === to) return { row: from, message: `row ${from} is missing` }
  return { row: from, message: `rows ${from} to ${to} are missing` }
}
