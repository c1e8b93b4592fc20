import { statSync } from 'node:fs'
import { Unavailable } from '../../errors.ts'
import type { Header } from './errors.ts'
import { pathInWords } from '../../shell-word.ts'

const hint =
  'Keep all files as they are. ssh-admin store check says more; ssh-admin store restore FILE brings a backup back, and keeps the present store.'

/** A store whose own header cannot be right. */
export function damaged(path: string, header: Header): Unavailable {
  return new Unavailable(
    'store-damaged',
    `The store ${pathInWords(path)} is damaged: ${howItIsDamaged(path, header)}.`,
    {
      hint,
    },
  )
}

function howItIsDamaged(path: string, header: Header): string {
  const { size } = statSync(path)
  if (size >= header.size) return 'SQLite cannot read it'
  return `it was cut short, to ${size} of ${header.size} bytes`
}
