import { sampleCommand } from '../sample-workbook.ts'

export const sample = () =>
  sampleCommand({
    file: 'entries-sample.xlsx',
    reader: 'ssh-admin entries import',
    example: 'ssh-admin entries sample entries-to-fill-in.xlsx --yes',
    sheets: async () => (await import('./sample-sheets.ts')).sampleSheets(),
  })
