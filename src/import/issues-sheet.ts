import type { SheetToWrite } from '../workbook/sheet-to-write.ts'
import type { Issue, Roster } from './roster.ts'

/** The column of the reasons; read back, it says nothing. */
export const reasonsHeading = 'Why it was held back'

/** The rows held back, as they stood, with the reasons: ready to be corrected and imported. */
export function issuesSheet(roster: Roster, issues: readonly Issue[]): SheetToWrite {
  const reasons = new Map<number, string[]>()
  for (const { row, cell, message, hint } of issues) {
    const words = hint ? `${cell}: ${message} – ${hint}` : `${cell}: ${message}`
    const others = reasons.get(row)
    if (others) others.push(words)
    else reasons.set(row, [words])
  }
  const old = roster.headings.at(-1) === reasonsHeading ? 1 : 0
  const headings = Array.from(
    { length: Math.max(roster.headings.length - old, 1) },
    (_, column) => roster.headings[column] || `Column ${column + 1}`,
  )
  return {
    name: roster.sheet,
    columns: [
      ...headings.map((heading) => ({ heading, width: Math.min(40, Math.max(12, heading.length + 2)) })),
      { heading: reasonsHeading, width: 80 },
    ],
    rows: [...reasons].map(([row, words]) => {
      const cells = roster.cells?.get(row) ?? []
      return [...headings.map((_, column) => cells[column] ?? ''), words.join('\n')]
    }),
  }
}
