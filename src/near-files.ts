import { readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { nearestOf } from './nearest.ts'
import { pathInWords } from './shell-word.ts'

/** What to do where there is no such file: those beside it that may have been meant. */
export function hintOfNearFiles(path: string): string {
  const near = nearestOf(basename(path), filesIn(dirname(path))).map((name) =>
    pathInWords(join(dirname(path), name)),
  )
  return near.length === 0 ? 'Check the name and the folder.' : `Did you mean ${near.join(', or ')}?`
}

/** Without those that nobody names, such as the lock of an open workbook. */
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/^[.~]/.test(entry.name))
      .map(({ name }) => name)
  } catch {
    return []
  }
}
