import { checkOutputFile, tableEndingOf, prepareTable } from '../../cli/output-file.ts'
import { noSlipsNotice, pinTables, type PinsOfImport } from '../../import/pin-sheet.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { count, listLines } from '../../render/text.ts'
import { findImportByNumber } from '../../rules/imports.ts'
import type { View } from '../../render/table.ts'
import { preparedMutation } from '../../cli/define.ts'
import { flag, option } from '../../cli/parameters.ts'
import { importArgument } from '../../cli/typed-arguments.ts'
import { markSheetWritten, slipsOption } from './pin-sheets.ts'
import type { Notice } from '../../cli/session.ts'
import { pathInWords } from '../../shell-word.ts'

const options = {
  out: option('<file>', 'where the sheet goes: .xlsx, .csv or .json (default: new-user-pins-ID.xlsx here)'),
  slips: slipsOption,
  renew: flag('issue new PINs to those not yet active'),
}

export const pins = () =>
  preparedMutation({
    name: 'pins',
    summary: 'make the PIN sheet of an import again',
    description: `Make the PIN sheet of an import again: every user of it, with a PIN only where it is still open, else the reason.
With --renew those who have not set up their account get a new PIN; the one before it is void.`,
    args: { import: importArgument() },
    options,
    examples: ['ssh-admin centres pins 1 --out pins-again.xlsx --yes'],
    prepare: async ({ import: importId, out = `new-user-pins-${importId}.xlsx`, renew, slips }, session) => {
      const extension = out.trim() === '' ? undefined : await tableEndingOf(out)
      const output = await checkOutputFile(session, {
        kind: 'pins',
        file: out,
        flag: '--out',
        asksLater: true,
      })
      return { importId, renew, slips, output, isWorkbook: extension === '.xlsx' }
    },
    act: async (trx, ctx, { importId, renew, output }, store): Promise<PinSheet> => {
      const { pinsOfImport } = await import('../../import/pin-sheet.ts')
      await findImportByNumber(trx, importId)
      const pins = await pinsOfImport(trx, { importId, pinKey: store.keys().pin, renew, ctx })
      return { ...pins, file: output.shown, noSlips: undefined }
    },
    output: ({ output }) => output,
    busy: () => 'Making the PINs and their sheet …',
    // The sheet is completely written before the new PINs are committed.
    beforeCommit: async ({ rows }, { ctx, request: { output, slips }, session }) => {
      const hub = session.settings.baseUrl.value
      const sheets = pinTables({ rows, count: rows.length, layout: slips, hub })
      await prepareTable(output, { sheets, at: ctx.at, signal: session.context.signal })
    },
    afterCommit: async (sheet, { request: { importId, output, slips, isWorkbook }, store }) => {
      try {
        await output.moveIntoPlace()
        await markSheetWritten(store, importId)
      } catch (error) {
        const reason = error instanceof Error ? ` ${error.message}` : ''
        const retryCommand = `ssh-admin centres pins ${importId} --out FILE`
        return { ...sheet, file: null, notPlaced: { file: output.shown, reason, retryCommand } }
      }
      const noSlips = isWorkbook
        ? noSlipsNotice({ count: sheet.rows.length, layout: slips }, importId)
        : undefined
      return { ...sheet, noSlips }
    },
    notices: ({ notPlaced, noSlips, renewed }) => [
      ...(notPlaced ? [notPlacedNotice(notPlaced, renewed)] : []),
      ...(noSlips ? [noSlips] : []),
    ],
    render,
    json: ({ file, count: open, withoutPin, renewed }) => ({
      file,
      count: open,
      withoutPin,
      renewed,
      changed: renewed > 0,
    }),
    exit: ({ file }) => (file === null ? 9 : 0),
  })

interface PinSheet extends PinsOfImport {
  /** Null if the sheet could not be moved into place after the log had named it. */
  file: string | null
  notPlaced?: { file: string; reason: string; retryCommand: string }
  noSlips: Notice | undefined
}

function notPlacedNotice(
  { file, reason, retryCommand }: { file: string; reason: string; retryCommand: string },
  renewed: number,
): Notice {
  const what = renewed > 0 ? 'The new PINs count' : 'The audit log names the sheet'
  return {
    code: 'pins-not-placed',
    message: `${what}, but ${pathInWords(file)} could not be written.${reason} To make it again: ${retryCommand}`,
  }
}

function render({ count: open, withoutPin, renewed, file }: PinSheet, view: View): string {
  if (!view.isTerminal) {
    const without = withoutPin.map(({ email, reason }) => tsvLine(['without', email, reason]))
    return `${[tsvLine(['pins', file, open]), tsvLine(['renewed', renewed]), ...without].join('\n')}\n`
  }
  return `${[
    `${file === null ? count(open, 'open PIN') : `Wrote ${count(open, 'open PIN')} to ${pathInWords(file)}`}${renewed > 0 ? `, ${renewed} of them new` : ''}.`,
    ...listLines(
      `${count(withoutPin.length, 'user')} without an open PIN:`,
      withoutPin.map(({ email, reason }) => `${email}  ${reason.replaceAll('-', ' ')}`),
      20,
    ),
  ].join('\n')}\n`
}
