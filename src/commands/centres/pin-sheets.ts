// What the commands that make a PIN sheet, or owe one, have in common.
import { optionOf } from '../../cli/parameters.ts'
import type { Notice } from '../../cli/session.ts'
import type { PendingPinSheet } from '../../db/imports/imports.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { slipLayouts } from '../../import/pin-sheet.ts'
import { statusOfOwner } from '../../unfinished-files.ts'

/** How the slips of a PIN workbook are laid out. */
export const slipsOption = optionOf(
  slipLayouts,
  '<layout>',
  'slips to cut out and hand out, in a .xlsx: by-centre, each centre on pages of its own (the default up to 10,000 users), or continuous, one after another',
)

/** A store that cannot take this down goes on saying that the sheet may be missing; it is there all the same. */
export async function sheetIsThere(store: OpenStore, importId: number): Promise<void> {
  const { commit } = await import('../../db/transact.ts')
  const { removePendingPinSheet } = await import('../../db/imports/imports.ts')
  await commit(store, (trx) => removePendingPinSheet(trx, importId)).catch(() => undefined)
}

/** Says that a sheet is owed, and how to make it; or that its import is still making it. */
export function pendingPinSheetNotice({ importId, unfinished }: PendingPinSheet): Notice {
  if (statusOfOwner(unfinished) === 'running') {
    const message = `The PIN sheet of import ${importId} is being put in its place by another ssh-admin.`
    return { code: 'pins-under-way', message }
  }
  const message = `The PIN sheet of import ${importId} may not have been put in its place. To make it again: ssh-admin centres pins ${importId} --out pins-${importId}.xlsx`
  return { code: 'pins-owed', message }
}
