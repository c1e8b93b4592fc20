/** One figure of a bench: what was measured, against what, and its goal. */
export interface Row {
  what: string
  /** As measured, with units: '4.1 s'. Absent when the figure could not be taken. */
  measured?: string
  against?: string
  /** The value that is compared with the goal: a ratio, MB, or seconds. */
  figure?: number
  unit: '×' | 'MB' | 's'
  goal: { below: number } | { atMost: number } | { atLeast: number }
  /** Why the figure could not be taken. */
  missing?: string
}

export interface Settings {
  /** A folder for workbooks and stores, removed afterwards. */
  folder: string
  /** How many pairs are measured; their median counts. */
  rounds: number
}

export function verdict({ figure, goal, missing }: Row): string {
  if (figure === undefined) return `not taken: ${missing ?? 'unknown'}`
  return isMet(figure, goal) ? 'met' : 'missed'
}

function isMet(figure: number, goal: Row['goal']): boolean {
  if ('below' in goal) return figure < goal.below
  return 'atMost' in goal ? figure <= goal.atMost : figure >= goal.atLeast
}

export function wanted({ goal, unit }: Row): string {
  if ('below' in goal) return `< ${goal.below} ${unit}`
  return 'atMost' in goal ? `≤ ${goal.atMost} ${unit}` : `≥ ${goal.atLeast} ${unit}`
}

export function seconds(ms: number): string {
  return ms < 1000 ? `${ms.toFixed(0)} ms` : `${(ms / 1000).toFixed(2)} s`
}

/** The goal on Node 20, and the one on later major versions. */
export interface GoalOfNode {
  node20: number
  later: number
}

export function atMost({ node20, later }: GoalOfNode): { atMost: number } {
  return { atMost: Number.parseInt(process.versions.node, 10) < 22 ? node20 : later }
}
