import { sampleCommand } from '../sample-workbook.ts'

export const sample = () =>
  sampleCommand({
    file: 'key-times-sample.xlsx',
    reader: 'ssh-admin key-times import',
    example: 'ssh-admin key-times sample key-times-to-fill-in.xlsx --yes',
    sheets: async () => (await import('./sample-sheets.ts')).sampleSheets(),
  })
