import { resolve } from 'node:path'
import { agree } from '../../prompt.ts'
import type { Session } from '../session.ts'

export interface ImportPlaces {
  /** Undefined: `new-user-pins-ID.xlsx` in the current folder. */
  pins: string | undefined
  issues: string | undefined
}

interface Wanted {
  input: string | undefined
  pinsOut?: string | undefined
  issuesOut?: string | undefined
  planOut?: string | undefined
}

/** Looks at every place that will be written to before anything is read; asks about files that are there. */
export async function checkPlaces(session: Session, { input, ...wanted }: Wanted): Promise<ImportPlaces> {
  const { checkPlace } = await import('../../workbook/place.ts')
  const { tableEnding } = await import('../../workbook/write.ts')
  const { cwd } = session.context
  const { dryRun, yes } = session.common
  const source = input === undefined || input === '-' ? undefined : resolve(cwd, input)
  for (const [place, isTable] of [
    [wanted.pinsOut ?? 'new-user-pins.xlsx', true],
    [wanted.issuesOut, true],
    [wanted.planOut, false],
  ] as const) {
    if (place === undefined) continue
    if (isTable) tableEnding(place)
    const { exists } = await checkPlace(resolve(cwd, place), source)
    const named = Object.values(wanted).includes(place)
    if (exists && named && !dryRun && !yes && session.common.input && session.terminal.canAsk) {
      await agree(session.terminal, `${place} is there already. Replace it?`)
    }
  }
  return {
    pins: wanted.pinsOut,
    issues: wanted.issuesOut === undefined ? undefined : resolve(cwd, wanted.issuesOut),
  }
}
