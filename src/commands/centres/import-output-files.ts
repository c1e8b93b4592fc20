import { resolve } from 'node:path'
import { checkOutputFile, type OutputFile } from '../../cli/output-file.ts'
import { Usage } from '../../errors.ts'
import type { SlipLayout } from '../../import/pin-slips.ts'
import type { Session } from '../../cli/session.ts'

export interface ImportPlaces {
  pins: OutputFile
  /** The sheet is called `new-user-pins-ID.xlsx`, or another name that is free. */
  pinsNameIsOurs: boolean
  /** How the slips were asked for. */
  slips: SlipLayout | undefined
  issues: OutputFile | undefined
  plan: OutputFile | undefined
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
  const { tableEnding } = await import('../../workbook/write.ts')
  refusePlaceTwice(session, wanted)
  const { pinsOut, issuesOut, planOut } = wanted
  for (const table of [pinsOut, issuesOut]) if (table !== undefined && table.trim() !== '') tableEnding(table)
  const pinsNameIsOurs = pinsOut === undefined
  const from = { input: input === '-' ? undefined : input }
  const file = pinsOut ?? 'new-user-pins.xlsx'
  return {
    pins: await checkOutputFile(session, {
      ...from,
      kind: 'pins',
      file,
      flag: '--pins-out',
      nameIsOurs: pinsNameIsOurs,
    }),
    pinsNameIsOurs,
    slips,
    issues: await optional('issues', issuesOut, '--issues-out'),
    plan: await optional('plan', planOut, '--plan-out'),
  }

  async function optional(kind: 'issues' | 'plan', named: string | undefined, flag: string) {
    return named === undefined ? undefined : checkOutputFile(session, { ...from, kind, file: named, flag })
  }
}

/** PINs that another file overwrites would be lost. */
function refusePlaceTwice(
  { context }: Session,
  { pinsOut, issuesOut, planOut }: Omit<Wanted, 'input' | 'slips'>,
): void {
  const taken = new Map<string, string>()
  for (const [flag, place] of Object.entries({
    '--pins-out': pinsOut,
    '--issues-out': issuesOut,
    '--plan-out': planOut,
  })) {
    if (place === undefined) continue
    const path = resolve(context.cwd, place)
    const other = taken.get(path)
    if (other !== undefined) {
      throw new Usage(`${flag} ${place} is what ${other} names.`, {
        code: 'file-named-twice',
        hint: 'Choose another name.',
      })
    }
    taken.set(path, flag)
  }
}
