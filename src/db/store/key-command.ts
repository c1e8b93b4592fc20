import { spawnSync } from 'node:child_process'
import { Unavailable } from '../../errors.ts'
import { secretIn } from './keys.ts'

/** How long a secret manager may take, in milliseconds. */
const maxTime = 30_000

/**
 * The 32 bytes of the key, from a command whose standard output is a key file's text. It is run without a shell.
 * @throws `key-command-failed`, `key-damaged`
 */
export function secretFromCommand(
  command: string,
  env: Readonly<Record<string, string | undefined>>,
): Buffer {
  const [program = '', ...args] = wordsOfCommand(command)
  const result = spawnSync(program, args, {
    env: { ...env },
    encoding: 'utf8',
    timeout: maxTime,
    maxBuffer: 65_536,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (result.error || result.status !== 0) throw commandFailed(program, result)
  return secretIn(result.stdout, `what ${program} wrote`)
}

/** Splits at blanks as a shell does; single and double quotes work, no other shell syntax does. */
function wordsOfCommand(command: string): string[] {
  const found = command.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)
  return [...found].map(([word]) => word.replace(/"([^"]*)"|'([^']*)'/g, '$1$2'))
}

function commandFailed(
  program: string,
  { error, status, signal }: ReturnType<typeof spawnSync>,
): Unavailable {
  const code = error && 'code' in error ? String(error.code) : undefined
  const reason =
    code === 'ENOENT'
      ? 'there is no such program'
      : code === 'ETIMEDOUT'
        ? `it took longer than ${maxTime / 1000} seconds`
        : (code ?? (signal ? `it was ended by ${signal}` : `it ended with ${status}`))
  return new Unavailable(
    'key-command-failed',
    `The command that gives the key, ${program}, does not work: ${reason}.`,
    {
      hint: 'It is keyCommand in the configuration file, or SSH_ADMIN_KEY_COMMAND; it writes the text of the key file. Nothing was changed.',
      cause: error,
    },
  )
}
