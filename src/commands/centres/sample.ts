import { sampleCommand } from '../sample-workbook.ts'

export const sample = () =>
  sampleCommand({
    file: 'centres-sample.xlsx',
    reader: 'ssh-admin centres import',
    example: 'ssh-admin centres sample centres-to-fill-in.xlsx --yes',
    sheets: async () => (await import('../../import/sample.ts')).sampleSheets(),
  })
