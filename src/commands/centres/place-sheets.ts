import { rm } from 'node:fs/promises'
import { agree } from '../../prompt.ts'
import type { Tables } from '../../workbook/write.ts'
import { Usage } from '../../errors.ts'
import type { Session } from '../session.ts'

/** Whether a workbook or CSV file can be put there; asks before one that is there is replaced. */
export async function settlePlace(
  { path, shown }: { path: string; shown: string },
  { common, terminal }: Session,
): Promise<void> {
  const { checkPlace } = await import('../../workbook/place.ts')
  const { tableEnding } = await import('../../workbook/write.ts')
  if (tableEnding(path) === '.json') {
    throw new Usage(`${shown} would be JSON, which an import does not read.`, {
      code: 'unknown-ending',
      hint: 'End the name with .xlsx or .csv.',
    })
  }
  const { exists } = await checkPlace(path)
  if (!exists || common.yes || common.dryRun) return
  await agree({ common, terminal }, `${shown} is there already. Replace it?`)
}

/** Writes the sheets beside their place, and then puts them there in one step. */
export async function placeSheets(path: string, sheets: Tables, at: Date): Promise<void> {
  const { placeFile, temporaryName } = await import('../../workbook/place.ts')
  const { writeTableFile } = await import('../../workbook/write.ts')
  const temporary = temporaryName(path)
  try {
    await writeTableFile(temporary, sheets, { creator: 'ssh-admin', at })
    await placeFile(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
