import { readImportContents } from '../../../db/imports/imports.ts'
import { pendingPinSheets } from '../../../db/imports/pending-pin-sheets.ts'
import type { OpenStore } from '../../../db/store/open.ts'
import type { ImportReport } from '../../../render/import-report.ts'
import {
  pendingPinSheetNotice,
  renderShownImport,
  type ShownImport,
  shownImportJson,
} from '../../../render/imports.ts'
import { findImportNumber, importNumber } from '../../../rules/imports/find.ts'
import { query } from '../../../cli/define.ts'
import { argument, option, withValues, yesOption } from '../../../cli/parameters.ts'
import { prepareReport, reportedEvent, reportOfShownImport } from '../report.ts'
import { pathInWords } from '../../../shell-word.ts'

export const show = () =>
  query({
    name: 'show',
    summary: 'what an import did',
    description: 'What an import created and changed, as far as it is still there.',
    args: { id: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    options: {
      report: option('<file>', 'write a page to look at (.html)'),
      yes: yesOption('replace the page that is there without asking'),
    },
    examples: ['ssh-admin centres imports show 1', 'ssh-admin centres imports show 1 --report import.html'],
    read: async ({ db }, _, { id, report }) => {
      const shown = { row: await findImportNumber(db, id), contents: await readImportContents(db, id) }
      const pending = (await pendingPinSheets(db)).filter(({ importId }) => importId === id)
      return { shown, pending, report: report === undefined ? undefined : await reportOf(db, shown) }
    },
    notices: ({ pending }) => pending.map(pendingPinSheetNotice),
    output: {
      kind: 'page',
      flag: '--report',
      file: ({ report }) => report,
      write: async (output, { report }) => {
        if (report) await prepareReport(output, report)
      },
      event: ({ shown: { row } }) => reportedEvent(row),
      placed: (file) => `The page about it: ${pathInWords(file)}`,
    },
    render: ({ shown }, view) => renderShownImport(shown, view),
    json: ({ shown }) => shownImportJson(shown),
  })

async function reportOf(db: OpenStore['db'], shown: ShownImport): Promise<ImportReport> {
  const { countriesOfCentres } = await import('../../../db/centres/centres.ts')
  return reportOfShownImport(shown, await countriesOfCentres(db))
}
