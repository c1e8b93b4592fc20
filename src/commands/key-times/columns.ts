import type { KeyTimeField } from '../../rules/key-times/key-time-rows.ts'
import type { ColumnSpec } from '../../workbook/headings.ts'

/** The columns of a table of Key Times. */
export const keyTimeColumns = [
  { field: 'country', heading: 'Country', synonyms: ['Country name', 'Nation'], required: true },
  {
    field: 'administrativeZone',
    heading: 'Administrative zone',
    synonyms: ['Admin zone', 'Zone', 'Cambridge zone'],
    required: true,
  },
  { field: 'session', heading: 'Session', synonyms: ['AM/PM/EV', 'Exam session'], required: true },
  {
    field: 'localTime',
    heading: 'Local time',
    synonyms: ['Key Time', 'Time', 'Local Key Time'],
    required: true,
  },
  { field: 'timeZone', heading: 'Time zone', synonyms: ['IANA time zone', 'Timezone'] },
  { field: 'series', heading: 'Series', synonyms: ['Exam series'] },
  { field: 'from', heading: 'From', synonyms: ['From date', 'Valid from', 'Start date'] },
  { field: 'until', heading: 'Until', synonyms: ['Until date', 'Valid until', 'To', 'End date'] },
] as const satisfies readonly (ColumnSpec & { field: KeyTimeField })[]
