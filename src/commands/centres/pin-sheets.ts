// Shared by the commands that write a PIN sheet, or report a pending one.
import { choiceOption } from '../../cli/parameters.ts'
import type { Notice } from '../../cli/session.ts'
import type { PendingPinSheet } from '../../db/imports/imports.ts'
import type { OpenStore } from '../../db/store/opening.ts'
import { slipLayouts } from '../../import/pin-sheet.ts'
import { statusOfOwner } from '../../unfinished-files.ts'

/** The layout of slips in a PIN workbook. */
export const slipsOption = choiceOption(
  slipLayouts,
  '<layout>',
  'slips to cut out and hand out, in a .xlsx: by-centre, each centre on pages of its own (the default up to 10,000 users), or continuous, one after another',
)

/** Records that the sheet exists. If this fails, the store keeps reporting it as possibly missing. */
export async function markSheetWritten(store: OpenStore, importId: number): Promise<void> {
  const { commit } = await import('../../db/transact.ts')
  const { removePendingPinSheet } = await import('../../db/imports/imports.ts')
  await commit(store, (trx) => removePendingPinSheet(trx, importId)).catch(() => undefined)
}

/** Notice that a sheet is pending, with the command that makes it; or that its import is still writing it. */
export function pendingPinSheetNotice({ importId, unfinished }: PendingPinSheet): Notice {
  if (statusOfOwner(unfinished) === 'running') {
    const message = `The PIN sheet of import ${importId} is being put in its place by another ssh-admin.`
    return { code: 'pins-under-way', message }
  }
  const message = `The PIN sheet of import ${importId} may not have been put in its place. To make it again: ssh-admin centres pins ${importId} --out pins-${importId}.xlsx`
  return { code: 'pins-owed', message }
}
