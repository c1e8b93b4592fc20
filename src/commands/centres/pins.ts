import { checkOutputFile, tableEndingOf, prepareTable } from '../../cli/output-file.ts'
import { noSlipsNotice, pinTables, type PinsOfImport } from '../../import/pin-sheet.ts'
import { oneLine, tsvLine } from '../../render/clean-text.ts'
import { count, listLines } from '../../render/text.ts'
import { parseCentreNumber } from '../../rules/centres/find.ts'
import { findImportByNumber } from '../../rules/imports.ts'
import type { View } from '../../render/table.ts'
import { preparedMutation } from '../../cli/define.ts'
import { allowName, flag, option } from '../../cli/parameters.ts'
import { importArgument } from '../../cli/typed-arguments.ts'
import { markSheetWritten, slipsOption } from './pin-sheets.ts'
import type { Notice } from '../../cli/session.ts'
import { pathInWords } from '../../shell-word.ts'

const options = {
  out: option('<file>', 'where the sheet goes: .xlsx, .csv or .json (default: new-user-pins-ID.xlsx here)'),
  slips: slipsOption,
  renew: flag('issue new PINs to those not yet active'),
  centre: allowName('centre', option('<centre>', 'only the users at this centre')),
}

export const pins = () =>
  preparedMutation({
    name: 'pins',
    summary: 'make the PIN sheet of an import again',
    description: `Make the PIN sheet of an import again: every user of it, with a PIN only where it is still open, else the reason.
With --renew those who have not set up their account get a new PIN; the one before it is void, and you are asked first where it is still open. With --centre all this is about the users at one centre, such as a school that lost its PINs, or whose PINs went astray.`,
    args: { import: importArgument() },
    options,
    examples: [
      'ssh-admin centres pins 1 --out pins-again.xlsx --yes',
      'ssh-admin centres pins 1 --centre EG001 --yes',
    ],
    prepare: async ({ import: importId, centre, renew, slips, ...typed }, session) => {
      const out = typed.out ?? defaultFile(importId, centre)
      const extension = out.trim() === '' ? undefined : await tableEndingOf(out)
      const output = await checkOutputFile(session, {
        kind: 'pins',
        file: out,
        flag: '--out',
        asksLater: true,
      })
      return { importId, centre, renew, slips, output, isWorkbook: extension === '.xlsx' }
    },
    act: async (trx, ctx, { importId, centre, renew, output }, store): Promise<PinSheet> => {
      const { pinsOfImport } = await import('../../import/pin-sheet.ts')
      await findImportByNumber(trx, importId)
      const pins = await pinsOfImport(trx, { importId, centre, pinKey: store.keys().pin, renew, ctx })
      return { ...pins, importId, file: output.shown, noSlips: undefined }
    },
    confirm: {
      mayAsk: ({ renew }) => renew,
      question: renewalQuestion,
      comparable: ({ renewed, voided }) => [renewed, voided],
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
        // The sheet of one centre is not the one that an import owes.
        if (!sheet.centre) await markSheetWritten(store, importId)
      } catch (error) {
        const reason = error instanceof Error ? ` ${error.message}` : ''
        const retryCommand = `${pinsLine(sheet)} --out FILE`
        return { ...sheet, file: null, notPlaced: { file: output.shown, reason, retryCommand } }
      }
      const noSlips = isWorkbook
        ? noSlipsNotice({ count: sheet.rows.length, layout: slips }, pinsLine(sheet))
        : undefined
      return { ...sheet, noSlips }
    },
    notices: (sheet) => [
      ...(sheet.notPlaced ? [notPlacedNotice(sheet.notPlaced, sheet.renewed)] : []),
      ...(sheet.noSlips ? [sheet.noSlips] : []),
      ...(sheet.renewable.withoutPin > 0 ? [renewableNotice(sheet)] : []),
      ...(sheet.centre && sheet.rows.length === 0 ? [nobodyThereNotice(sheet, sheet.centre)] : []),
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
  importId: number
  /** Null if the sheet could not be moved into place after the log had named it. */
  file: string | null
  notPlaced?: { file: string; reason: string; retryCommand: string }
  noSlips: Notice | undefined
}

function defaultFile(importId: number, centre: string | undefined): string {
  return centre === undefined
    ? `new-user-pins-${importId}.xlsx`
    : `new-user-pins-${importId}-${parseCentreNumber(centre)}.xlsx`
}

function pinsLine({ importId, centre }: PinSheet): string {
  return `ssh-admin centres pins ${importId}${centre ? ` --centre ${centre.number}` : ''}`
}

/** Asks only where PINs that may have been handed out become void. */
function renewalQuestion({ importId, centre, renewed, voided }: PinSheet): string | undefined {
  if (voided.length === 0) return undefined
  const where = centre ? ` at ${centre.number} ${oneLine(centre.name)}` : ''
  const becomes = voided.length === 1 ? 'that is open becomes' : 'that are open become'
  return `Issue new PINs to ${count(renewed, 'user')} of import ${importId}${where}? ${count(voided.length, 'PIN')} ${becomes} void.`
}

function renewableNotice(sheet: PinSheet): Notice {
  const { withoutPin, open } = sheet.renewable
  const have = withoutPin === 1 ? 'has' : 'have'
  const voiding =
    open > 0 ? `, which voids the ${count(open, 'PIN')} that ${open === 1 ? 'is' : 'are'} open` : ''
  return {
    code: 'pins-not-open',
    message: `${count(withoutPin, 'user')} who ${have} not set up an account ${have} no open PIN. To issue new ones${voiding}: ${pinsLine(sheet)} --renew`,
  }
}

function nobodyThereNotice(
  { importId }: PinSheet,
  { number, name }: { number: string; name: string },
): Notice {
  const message = `Nobody whom import ${importId} created is at ${number} ${oneLine(name)} now.`
  return { code: 'no-users-at-centre', message }
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
