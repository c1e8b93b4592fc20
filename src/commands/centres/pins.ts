import { checkOutputFile, prepareTable } from '../../cli/output-file.ts'
import type { PinsAgain } from '../../import/pins-again.ts'
import { tsvLine } from '../../render/clean-text.ts'
import { count, listLines } from '../../render/text.ts'
import { findImportNumber, importNumber } from '../../rules/imports/find.ts'
import type { View } from '../../render/table.ts'
import { rehearsed } from '../../cli/action.ts'
import { type AnswerOfChange, command } from '../../cli/define.ts'
import { argument, flag, option, type ValuesOf, withValues } from '../../cli/parameters.ts'
import { sheetIsThere, slipsOption } from './import-output-files.ts'
import type { Session, WorkFor } from '../../cli/session.ts'

const options = {
  out: option('<file>', 'where the sheet goes: .xlsx, .csv or .json (default: new-user-pins-ID.xlsx here)'),
  slips: slipsOption,
  renew: flag('issue new PINs to those not yet active'),
}

type Options = { import: number } & ValuesOf<typeof options>

export const pins = () =>
  command({
    name: 'pins',
    summary: 'make the PIN sheet of an import again',
    description: `Make the PIN sheet of an import again: every user of it, with a PIN only where it is still open, else the reason.
With --renew those who have not set up their account get a new PIN; the one before it is void.`,
    args: { import: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    options,
    examples: ['ssh-admin centres pins 1 --out pins-again.xlsx --yes'],
    changes: true,
    run: makePinsAgain,
  })

async function makePinsAgain(options: Options, session: Session): Promise<AnswerOfChange> {
  const { tableEnding } = await import('../../workbook/write.ts')
  const { import: importId, out = `new-user-pins-${importId}.xlsx` } = options
  if (out.trim() !== '') tableEnding(out)
  const output = await checkOutputFile(session, { kind: 'pins', file: out, flag: '--out', asksLater: true })
  const { dryRun } = session.common
  const store = await session.open(dryRun ? 'rehearse' : 'use')
  try {
    const { pinsAgain } = await import('../../import/pins-again.ts')
    const { noSlipsNotice, pinTables } = await import('../../import/pin-sheet.ts')
    await session.ctx(store)
    await findImportNumber(store.db, importId)
    const pinKey = store.keys().pin
    const work: WorkFor<PinsAgain> = (trx, ctx) =>
      pinsAgain(trx, { importId, pinKey, renew: options.renew, ctx })
    const made = await session.rehearse(store, work)
    if (dryRun) return answerOf(session, { made, file: out })
    await output.agreeToReplace()

    // The sheet is whole on the disk before the new PINs count.
    const { result } = await session.commit(store, async (trx, ctx) => {
      const made = await work(trx, ctx)
      const { rows } = made
      const hub = session.settings.baseUrl.value ?? ''
      const sheets = pinTables({ rows, count: rows.length, layout: options.slips, hub })
      await prepareTable(output, { sheets, at: ctx.at, signal: session.context.signal })
      return { made, users: rows.length }
    })
    try {
      await output.moveIntoPlace()
      await sheetIsThere(store, importId)
    } catch (error) {
      if (result.made.renewed === 0) throw error
      session.notify({
        code: 'pins-not-placed',
        message: `The new PINs count, but ${out} could not be written. To make it again: ssh-admin centres pins ${importId} --out FILE`,
      })
      return { ...answerOf(session, { made: result.made, file: null }), exit: 9 }
    }
    const notice = noSlipsNotice({ count: result.users, layout: options.slips }, importId)
    if (notice && tableEnding(out) === '.xlsx') session.notify(notice)
    return answerOf(session, { made: result.made, file: out })
  } finally {
    output.discard()
    await store.close()
  }
}

function answerOf(
  session: Session,
  { made, file }: { made: PinsAgain; file: string | null },
): AnswerOfChange {
  const { count: open, withoutPin, renewed } = made
  return {
    text: render(made, file, session.terminal.out),
    json: { file, count: open, withoutPin, renewed, changed: renewed > 0 },
    say: session.common.dryRun ? [rehearsed] : [],
  }
}

function render({ count: open, withoutPin, renewed }: PinsAgain, file: string | null, view: View): string {
  if (!view.isTerminal) {
    const without = withoutPin.map(({ email, reason }) => tsvLine(['without', email, reason]))
    return `${[tsvLine(['pins', file, open]), tsvLine(['renewed', renewed]), ...without].join('\n')}\n`
  }
  return `${[
    `${count(open, 'open PIN')}${file === null ? '' : ` in ${file}`}${renewed > 0 ? `, ${renewed} of them new` : ''}.`,
    ...listLines(
      `${count(withoutPin.length, 'user')} without one:`,
      withoutPin.map(({ email, reason }) => `${email}  ${reason.replaceAll('-', ' ')}`),
      20,
    ),
  ].join('\n')}\n`
}
