/** One figure of a bench: what was measured, against what, and what it should be. */
export interface Row {
  what: string
  /** As measured, with units: '4.1 s'. Absent when the figure could not be taken. */
  measured?: string
  against?: string
  /** What the goal is held against: a ratio, or MB. */
  figure?: number
  unit: '×' | 'MB'
  goal: { below: number } | { atMost: number }
  /** Why the figure could not be taken. */
  missing?: string
}

export interface Settings {
  /** A folder for workbooks and stores, removed afterwards. */
  folder: string
  /** How many pairs are measured; their median counts. */
  rounds: number
  /** With a workbook of a million rows. */
  large: boolean
}

export function verdict({ figure, goal, missing }: Row): string {
  if (figure === undefined) return `not taken: ${missing ?? 'unknown'}`
  const met = 'below' in goal ? figure < goal.below : figure <= goal.atMost
  return met ? 'met' : 'missed'
}

export function wanted({ goal, unit }: Row): string {
  return 'below' in goal ? `< ${goal.below} ${unit}` : `≤ ${goal.atMost} ${unit}`
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`
}
