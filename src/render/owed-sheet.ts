import type { OwedSheet } from '../db/pin-sheets-owed.ts'

/** Says that a sheet is owed, and how to make it. */
export function owedSheetNotice({ importId }: OwedSheet): { code: string; message: string } {
  const message = `The PIN sheet of import ${importId} may not have been put in its place. To make it again: ssh-admin centres pins ${importId} --out FILE`
  return { code: 'pins-owed', message }
}
