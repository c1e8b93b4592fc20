import { type Group, mergeGroups, type Merged } from '../../db/progression-tests/import.ts'
import type { Trx } from '../../db/transact.ts'
import { findLiveUser, type UserWithCentre } from '../../db/users/users.ts'
import type { Problem } from '../../errors.ts'
import type { RuleContext } from '../permissions/actor.ts'
import { permit } from '../permissions/decide.ts'
import { appendAudit } from '../audit/append.ts'
import { keyOf, type ReadResult, type ResultRow, readResult } from './result-rows.ts'
import { badRows } from '../batch.ts'

interface Import {
  file: string
  digest: string
  rows: readonly ResultRow[]
  ctx: RuleContext
}

export interface ImportedResults extends Merged {
  file: string
  rows: number
}

/**
 * Brings learner groups, tests and results in, with their owners and site, all or none; the
 * same rows again change nothing, and a different mark is a correction. @throws `bad-rows`
 */
export async function importProgressionTests(
  trx: Trx,
  { file, digest, rows, ctx }: Import,
): Promise<ImportedResults> {
  const { by, at } = ctx
  permit(ctx, 'progression-tests.import', { name: file })
  const problems: Problem[] = []
  const groups = new Map<string, Group>()
  const findOwner = owners(trx)
  const rowsOfNoOwner = new Map<string, ResultRow[]>()
  for (const row of rows) {
    const outcome = readResult(row)
    const teacherKey = 'problems' in outcome ? outcome.teacherKey : outcome.read.teacherKey
    const owner = teacherKey === undefined ? undefined : await findOwner(teacherKey)
    const fits = owner !== undefined && owner.centre_id !== null
    if (teacherKey !== undefined && !fits) inMap(rowsOfNoOwner, teacherKey, () => []).push(row)
    if ('problems' in outcome) problems.push(...outcome.problems)
    else if (fits) {
      const problem = place(groups, outcome.read, owner.id)
      if (problem) problems.push(problem)
    }
  }
  const withoutOwner: Problem[] = []
  for (const [key, without] of rowsOfNoOwner) withoutOwner.push(noOwner(await findOwner(key), without))
  if (problems.length + withoutOwner.length > 0) throw badRows([...withoutOwner, ...problems])

  const merged = await mergeGroups(trx, [...groups.values()])
  const counts = { rows: rows.length, ...merged }
  if (merged.results.created + merged.results.corrected > 0) {
    await appendAudit(trx, {
      by,
      at,
      action: 'progression-tests.imported',
      subject: file,
      facts: { digest, ...counts },
    })
  }
  return { file, ...counts }
}

function owners(trx: Trx): (key: string) => Promise<UserWithCentre | undefined> {
  const found = new Map<string, UserWithCentre | undefined>()
  return async (key) => {
    if (!found.has(key)) found.set(key, await findLiveUser(trx, key))
    return found.get(key)
  }
}

const maxCellsNamed = 5

/** Data is held at a centre: somebody without one could never hand it over. Told once for each address. */
function noOwner(owner: UserWithCentre | undefined, rows: readonly ResultRow[]): Problem {
  const cells = rows.map(({ cellOf }) => cellOf('teacher'))
  const [target = ''] = cells
  const more = cells.length - maxCellsNamed
  const named = `${cells.slice(0, maxCellsNamed).join(', ')}${more > 0 ? ` and ${more.toLocaleString('en')} more` : ''}`
  const where = cells.length === 1 ? '' : `, in ${cells.length.toLocaleString('en')} rows: ${named}`
  const address = rows[0]?.texts.teacher ?? ''
  return {
    target,
    code: owner ? 'no-centre' : 'user-not-found',
    message: owner
      ? `${address} belongs to no centre${where}.`
      : `Nobody has the address ${address}${where}.`,
    hint: `ssh-admin users add 'Name <${address}>' --centre CENTRE`,
    ...(cells.length === 1 ? {} : { cells }),
  }
}

/** Puts a row where it belongs; says so where two rows disagree. */
function place(groups: Map<string, Group>, read: ReadResult, ownerId: number): Problem | undefined {
  const { row, site, takenOn, mark } = read
  const { group: name, stage, subject, test: title, learner } = row.texts
  const group = inMap(groups, keyOf(String(ownerId), site, name), () => {
    return { ownerId, site, name, stage, tests: new Map() }
  })
  if (group.stage !== stage) {
    const message = `The learner group ${name} has stage ${group.stage || 'none'} in another row.`
    return { target: row.cellOf('stage'), code: 'rows-differ', message }
  }
  const test = inMap(group.tests, keyOf(subject, title, takenOn), () => {
    return { subject, title, takenOn, results: new Map() }
  })
  const before = test.results.get(learner)
  if (before !== undefined && before !== mark) {
    const message = `${learner} has the mark ${before ?? 'none'} in another row of the same test.`
    return { target: row.cellOf('mark'), code: 'rows-differ', message }
  }
  test.results.set(learner, mark)
  return undefined
}

function inMap<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const there = map.get(key)
  if (there !== undefined) return there
  const made = make()
  map.set(key, made)
  return made
}
