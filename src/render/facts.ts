import { oneLine } from './clean-text.ts'

export type Fact = readonly [name: string, value: string | number | null | undefined]

/** What is said of one thing at a terminal: names beneath each other, values beside them; what is empty is left out. */
export function factLines(facts: readonly Fact[]): string[] {
  const filled = facts.filter(([, value]) => value !== null && value !== undefined && value !== '')
  const width = Math.max(...filled.map(([name]) => name.length)) + 2
  return filled.map(([name, value]) => `  ${name.padEnd(width)}${oneLine(value)}`)
}
