import { sampleCommand } from '../sample-workbook.ts'

export const sample = () =>
  sampleCommand({
    file: 'users-sample.xlsx',
    reader: 'ssh-admin users add --from',
    example: 'ssh-admin users sample users-to-fill-in.xlsx --yes',
    sheets: async () => (await import('./sample-sheets.ts')).sampleSheets(),
  })
