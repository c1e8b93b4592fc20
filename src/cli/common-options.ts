import { type Argument, type Command, type Help, Option } from 'commander'
import { refuseTwoActors } from './options.ts'

/** The heading under which help has them. */
export const everyCommand = 'Options of every command:'

/** The options that every command has. */
export function addCommonOptions(to: Command): Command {
  return to
    .configureHelp(wordsOfHelp)
    .optionsGroup(everyCommand)
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'say nothing but the answer')
    .option('--debug', 'show the stack of an error')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask')
    .option('--no-pager', 'no pager for what is longer than the screen')
    .option('--db <path>', 'the store (SSH_ADMIN_DB)')
    .option('--key-file <path>', 'its key (SSH_ADMIN_KEY_FILE)')
    .option('--as <email>', "act with this user's rights, or staff (SSH_ADMIN_AS)", sameActor)
    .addOption(new Option('--smtp <url>', 'the mail server (SSH_ADMIN_SMTP_URL)').hideHelp())
    .addOption(new Option('--mail-dir <path>', 'where messages are written (SSH_ADMIN_MAIL_DIR)').hideHelp())
    .option('--wait <seconds>', 'how long to wait for a busy store', '30')
    .helpOption('-h, --help', 'show this help')
    .optionsGroup('')
}

/** What help says of an option and an argument: its choices where they are not named already, and its default. */
export const wordsOfHelp = {
  optionDescription: (option: Option) =>
    `${withChoices(option)}${typeof option.defaultValue === 'string' ? ` (default: ${option.defaultValue})` : ''}`,
  argumentDescription: withChoices,
} satisfies Partial<Help>

function withChoices({
  description,
  argChoices = [],
}: Pick<Argument | Option, 'description' | 'argChoices'>) {
  const isNamed = argChoices.every((choice) => description.includes(choice))
  return isNamed ? description : `${description}: ${argChoices.join(', ')}`
}

/** Two that differ would leave it to chance for whom the command acts. */
function sameActor(value: string, before: string | undefined): string {
  refuseTwoActors(value, before)
  return value
}

/** A page of help with what every command takes at its end: what is the command's own comes first. */
export function ownFirst(page: string): string {
  const parts = page.trimEnd().split(/\n{2,}/)
  const isOfEvery = (part: string) => part.startsWith(`${everyCommand}\n`)
  return `${[...parts.filter((part) => !isOfEvery(part)), ...parts.filter(isOfEvery)].join('\n\n')}\n`
}
