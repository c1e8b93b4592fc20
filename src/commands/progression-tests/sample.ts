import { sampleCommand } from '../sample-workbook.ts'

export const sample = () =>
  sampleCommand({
    file: 'progression-tests-sample.xlsx',
    reader: 'ssh-admin progression-tests import',
    example: 'ssh-admin progression-tests sample results-to-fill-in.xlsx --yes',
    sheets: async () => (await import('./sample-sheets.ts')).sampleSheets(),
  })
