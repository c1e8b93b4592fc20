import type { CellChange, CellChanges } from '../rules/table-rows.ts'
import { oneLine, tsvLine } from './clean-text.ts'
import { lazyMap } from '../lazy-list.ts'
import type { View } from './table.ts'
import { count, listLines } from './text.ts'

const maxChanges = 12

/** Each saved value that changes, old and new: a pipe gets all of them, a person the first. */
export function renderChanges(changes: CellChanges, view: View): Iterable<string> {
  return view.isTerminal ? forPerson(changes, view) : forPipe(changes)
}

function* forPipe(changes: CellChanges): Generator<string> {
  for (const { cell, what, column, from, to } of changes)
    yield tsvLine(['changed', cell, what, column, from, to])
}

function forPerson(changes: CellChanges, { chalk }: View): string[] {
  const lines = changeLines('  What changes:', changes)
  return changes.length > maxChanges ? [...lines, chalk.dim('    All of them: --json')] : lines
}

/** The question of a change, below the saved values that it changes. */
export function withChanges(question: string | undefined, changes: CellChanges): string | undefined {
  if (question === undefined) return undefined
  const title = `This changes ${count(changes.length, 'saved value')}:`
  return [...changeLines(title, changes), question].join('\n')
}

function changeLines(title: string, changes: CellChanges): string[] {
  return listLines(title, lazyMap(changes, changeText), maxChanges)
}

function changeText({ cell, what, column, from, to }: CellChange): string {
  return oneLine(`${cell}  ${what}: ${column} ${from ?? 'none'} → ${to ?? 'none'}`)
}
