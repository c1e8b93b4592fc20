import { resolve } from 'node:path'
import { Usage } from '../../errors.ts'
import type { SlipLayout } from '../../import/pin-slips.ts'
import { agree } from '../../prompt.ts'
import type { Session } from '../session.ts'

export interface ImportPlaces {
  /** Undefined: `new-user-pins-ID.xlsx` in the current folder. */
  pins: string | undefined
  /** How the slips were asked for. */
  slips: SlipLayout | undefined
  issues: string | undefined
}

interface Wanted {
  input: string | undefined
  pinsOut?: string | undefined
  issuesOut?: string | undefined
  planOut?: string | undefined
  slips?: SlipLayout | undefined
}

/** Looks at every place that will be written to before anything is read; asks about files that are there. */
export async function checkPlaces(
  session: Session,
  { input, slips, ...wanted }: Wanted,
): Promise<ImportPlaces> {
  const { checkPlace } = await import('../../workbook/place.ts')
  const { tableEnding } = await import('../../workbook/write.ts')
  const { cwd } = session.context
  const { dryRun, yes } = session.common
  const source = input === undefined || input === '-' ? undefined : resolve(cwd, input)
  refusePlaceTwice(session, wanted)
  for (const [place, isTable] of [
    [wanted.pinsOut ?? 'new-user-pins.xlsx', true],
    [wanted.issuesOut, true],
    [wanted.planOut, false],
  ] as const) {
    if (place === undefined) continue
    if (place.trim() === '') throw new Usage('A file to write to needs a name.')
    if (isTable) tableEnding(place)
    const { exists } = await checkPlace(resolve(cwd, place), source)
    const named = Object.values(wanted).includes(place)
    if (exists && named && !dryRun && !yes) {
      await agree(session, `${place} is there already. Replace it?`)
    }
  }
  return {
    pins: wanted.pinsOut,
    slips,
    issues: wanted.issuesOut === undefined ? undefined : resolve(cwd, wanted.issuesOut),
  }
}

/** PINs that another file overwrites would be lost, and so would a store. */
function refusePlaceTwice({ context, settings }: Session, wanted: Omit<Wanted, 'input' | 'slips'>): void {
  const taken = new Map<string, string>()
  const { db, keyFile } = settings
  const ofStore = db.value === undefined ? [] : ['', '-wal', '-shm', '-journal'].map((end) => db.value + end)
  for (const path of keyFile.value === undefined ? ofStore : [...ofStore, keyFile.value]) {
    taken.set(resolve(context.cwd, path), 'the store or its key')
  }
  const { pinsOut, issuesOut, planOut } = wanted
  for (const [flag, place] of Object.entries({
    '--pins-out': pinsOut,
    '--issues-out': issuesOut,
    '--plan-out': planOut,
  })) {
    if (place === undefined) continue
    const path = resolve(context.cwd, place)
    const other = taken.get(path)
    if (other !== undefined) {
      throw new Usage(`${flag} ${place} is ${other}.`, {
        code: 'file-named-twice',
        hint: 'Choose another name.',
      })
    }
    taken.set(path, `what ${flag} names`)
  }
}
