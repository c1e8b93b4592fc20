import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** A complete store that was kept when another replaced it; the program never removes it. */
export interface KeptCopy {
  file: string
  /** When the file was last modified, as an ISO time. */
  at: string
  bytes: number
}

type CopyReason = 'restore' | 'migration'

/** A path beside the store that is not in use yet. */
export function keptCopyPath(path: string, { before, now }: { before: CopyReason; now: Date }): string {
  const time = now.toISOString().slice(0, 19).replaceAll(':', '-')
  const name = `${path}.before-${before}-${time}Z`
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}-${number}`
    if (!existsSync(candidate)) return candidate
  }
}

/** Every store that is kept beside this one, the oldest first. */
export function keptCopiesOf(path: string): KeptCopy[] {
  const folder = dirname(path)
  if (!existsSync(folder)) return []
  const prefix = `${basename(path)}.before-`
  return readdirSync(folder)
    .filter(
      (name) => name.startsWith(prefix) && /^(restore|migration)-[-\dTZ]+$/.test(name.slice(prefix.length)),
    )
    .map((name) => copyAt(join(folder, name)))
    .sort((one, other) => (one.file < other.file ? -1 : 1))
}

function copyAt(file: string): KeptCopy {
  const { size, mtime } = statSync(file)
  return { file, at: mtime.toISOString(), bytes: size }
}
