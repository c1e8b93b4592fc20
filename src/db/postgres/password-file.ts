import { readFileSync, statSync } from 'node:fs'
import { Unavailable } from '../../errors.ts'
import { passwordFile } from '../../server-address.ts'

/** The key of a look-up in the password file (libpq manual, 'The Password File'). */
interface Login {
  host: string
  port: number
  database: string
  user: string
}

/**
 * The password from PGPASSFILE or `~/.pgpass`; undefined where no line matches.
 * @throws Unavailable `store-refused` if others can read the file
 */
export function passwordInFile(login: Login): string | undefined {
  const file = passwordFile(process.env)
  const stats = statSync(file, { throwIfNoEntry: false })
  if (!stats?.isFile()) return undefined
  if (process.platform !== 'win32' && stats.mode & 0o077) {
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

/** The first matching line of `HOST:PORT:DATABASE:USER:PASSWORD`; `*` matches anything, `\` escapes a colon or itself. */
export function passwordIn(text: string, { host, port, database, user }: Login): string | undefined {
  // A socket matches its folder or `localhost`.
  const hosts = host.startsWith('/') ? [host, 'localhost'] : [host]
  const connection = [hosts, [String(port)], [database], [user]]
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith('#')) continue
    const parts = /^((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):((?:\\.|[^\\:])*):(.*)$/s
      .exec(line)
      ?.slice(1)
    if (!parts) continue
    const password = parts.at(-1) ?? ''
    const matches = parts
      .slice(0, -1)
      .every((field, at) => field === '*' || connection[at]?.includes(unescaped(field)))
    if (matches) return unescaped(password)
  }
  return undefined
}

function unescaped(field: string): string {
  return field.replace(/\\(.)/gs, '$1')
}
