import type { Source } from '../../import/apply.ts'
import type { Deletions } from '../../import/deletions.ts'
import type { Plan } from '../../import/plan.ts'
import type { Touched } from '../../import/read-store.ts'
import type { Roster } from '../../import/roster.ts'

/** A plan with all that applying it needs. */
export interface ReadyImport {
  source: Source
  path: string | null
  plan: Plan
  deletions: Deletions
  sendMail: boolean
  touched: Touched
  /** Of what planning read of the store. */
  storeDigest: () => string
  /** SQLite's count of others' writes when it was read. */
  version: number
  centreNames: ReadonlyMap<string, string>
  /** Absent for a saved plan, and where no rows are to be written out. */
  roster: Roster | undefined
  /** It was shown already, before what the workbook lacks was offered for deletion. */
  described: boolean
}
