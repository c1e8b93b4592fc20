import { readFileSync, statSync } from 'node:fs'
import { Unavailable } from '../../errors.ts'
import { passwordFile } from '../../server-address.ts'

/** What a password is looked up for, as PostgreSQL's own programs do (the manual of libpq, 'The Password File'). */
interface Login {
  host: string
  port: number
  database: string
  user: string
}

/**
 * The password of `~/.pgpass`, or of the file that PGPASSFILE names; none where there is no line for it.
 * @throws Unavailable `store-refused` where others can read the file: its passwords are no secrets
 */
export function passwordInFile(login: Login): string | undefined {
  const file = passwordFile(process.env)
  const there = statSync(file, { throwIfNoEntry: false })
  if (!there?.isFile()) return undefined
  if (process.platform !== 'win32' && there.mode & 0o077) {
    throw new Unavailable(
      'store-refused',
      `The password file ${file} can be read by others, and is not used.`,
      {
        hint: `Make it yours alone: chmod 600 ${file}. Who could read it may have the password.`,
      },
    )
  }
  return passwordIn(readFileSync(file, 'utf8'), login)
}

/** The first line that fits, `HOST:PORT:DATABASE:USER:PASSWORD`: `*` fits all, `\` takes a colon or itself as it is. */
export function passwordIn(text: string, { host, port, database, user }: Login): string | undefined {
  // A socket is named by its folder, or as this machine.
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host]
  const connection = [hosts, [String(port)], [database], [user]]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const parts = /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):(.*)$/s
      .exec(line)
      ?.slice(1)
    if (!parts) continue
    const password = parts.at(-1) ?? ''
    const fits = parts
      .slice(0, -1)
      .every((field, at) => field === '*' || connection[at]?.includes(unescaped(field)))
    if (fits) return unescaped(password)
  }
  return undefined
}

function unescaped(field: string): string {
  return field.replace(/\\(.)/gs, '$1')
}
