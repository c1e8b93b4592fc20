import type { OwedSheet } from '../db/imports/pin-sheets-owed.ts'
import { statusOfMaker } from '../unfinished-files.ts'

/** Says that a sheet is owed, and how to make it; or that its import is still making it. */
export function owedSheetNotice({ importId, unfinished }: OwedSheet): { code: string; message: string } {
  if (statusOfMaker(unfinished) === 'running') {
    const message = `The PIN sheet of import ${importId} is being put in its place by another ssh-admin.`
    return { code: 'pins-under-way', message }
  }
  const message = `The PIN sheet of import ${importId} may not have been put in its place. To make it again: ssh-admin centres pins ${importId} --out FILE`
  return { code: 'pins-owed', message }
}
