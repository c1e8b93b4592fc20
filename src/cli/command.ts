import { Command, Option } from 'commander'
import type { Context } from '../context.ts'
import { Usage } from '../errors.ts'
import { refuseTwoActors } from './options.ts'
import { readLines } from './read-lines.ts'

/** A command with the options that every command has. */
export function command(name: string): Command {
  return addCommonOptions(new Command(name))
}

/** The same, with the options of a command that changes something. */
export function mutationCommand(name: string): Command {
  return command(name)
    .option('--dry-run', 'show what would happen, and change nothing')
    .option('-y, --yes', 'answer every question with yes')
}

export function addCommonOptions(to: Command): Command {
  return to
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'say nothing but the answer')
    .option('--debug', 'show the stack of an error')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask')
    .option('--db <path>', 'the store (SSH_ADMIN_DB)')
    .option('--key-file <path>', 'its key (SSH_ADMIN_KEY_FILE)')
    .option('--as <email>', 'act for this user, with their rights, or staff (SSH_ADMIN_AS)', sameActor)
    .addOption(new Option('--smtp <url>', 'the mail server (SSH_ADMIN_SMTP_URL)').hideHelp())
    .addOption(new Option('--mail-dir <path>', 'where messages are written (SSH_ADMIN_MAIL_DIR)').hideHelp())
    .option('--wait <seconds>', 'how long to wait for a busy store', '30')
    .helpOption('-h, --help', 'show this help')
}

/** Two that differ would leave it to chance for whom the command acts. */
function sameActor(value: string, before: string | undefined): string {
  refuseTwoActors(value, before)
  return value
}

/** The examples at the end of a command's help; a test runs each. */
export function example(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`
}

/** Where several targets can be named, `-` stands for those on stdin, one a line. */
export async function resolveTargets(
  leaf: Command,
  typed: Record<string, unknown>,
  context: Context,
): Promise<Record<string, unknown>> {
  const last = leaf.registeredArguments.at(-1)
  const name = Object.keys(typed).find((key) => {
    const value = typed[key]
    return last?.variadic && Array.isArray(value) && value === leaf.processedArgs.at(-1)
  })
  if (name === undefined) return typed
  const targets = typed[name]
  if (!Array.isArray(targets) || !targets.includes('-')) return typed
  const lines = await linesOf(context.stdin)
  const all = targets.flatMap((target) => (target === '-' ? lines : [target]))
  if (all.length === 0) throw new Usage('Nothing was named on stdin.', { hint: 'One a line.' })
  return { ...typed, [name]: all }
}

async function linesOf(stream: NodeJS.ReadableStream): Promise<string[]> {
  return (await readLines(stream)).map((line) => line.trim()).filter((line) => line !== '')
}
