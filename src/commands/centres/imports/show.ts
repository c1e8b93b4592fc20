import { readImportContents } from '../../../db/imports/imports.ts'
import { owedSheets } from '../../../db/imports/pin-sheets-owed.ts'
import { owedSheetNotice, renderShownImport, shownImportJson } from '../../../render/imports.ts'
import { findImportNumber, importNumber } from '../../../rules/imports/find.ts'
import { command } from '../../../cli/define.ts'
import { checkOutputFile } from '../../../cli/output-file.ts'
import { argument, option, withValues, yesOption } from '../../../cli/parameters.ts'
import { reportOfShownImport, writeReport } from '../report.ts'

export const show = () =>
  command({
    name: 'show',
    summary: 'what an import did',
    description: 'What an import created and changed, as far as it is still there.',
    args: { id: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    options: {
      report: option('<file>', 'write a page to look at (.html)'),
      yes: yesOption('replace the page that is there without asking'),
    },
    examples: ['ssh-admin centres imports show 1', 'ssh-admin centres imports show 1 --report import.html'],
    run: async ({ id, report: named }, session) => {
      const file =
        named === undefined
          ? undefined
          : await checkOutputFile(session, { kind: 'page', file: named, flag: '--report', asksLater: true })
      const store = await session.open('read')
      try {
        await session.ctx(store)
        const shown = {
          row: await findImportNumber(store.db, id),
          contents: await readImportContents(store.db, id),
        }
        const owed = (await owedSheets(store.db)).filter(({ importId }) => importId === id)
        for (const sheet of owed) session.notify(owedSheetNotice(sheet))
        if (file) {
          await file.agreeToReplace()
          const { countriesOfCentres } = await import('../../../db/imports/countries-of-centres.ts')
          const report = reportOfShownImport(shown, await countriesOfCentres(store.db))
          session.say(`The page about it: ${await writeReport(session, { file, report })}`)
        }
        return {
          text: renderShownImport(shown, session.terminal.out),
          json: shownImportJson(shown),
        }
      } finally {
        await store.close()
      }
    },
  })
