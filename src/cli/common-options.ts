import { type Argument, type Command, type Help, Option } from 'commander'
import { refusingTwoValues } from './parameters.ts'

/** The heading under which help has them. */
export const everyCommand = 'Options of every command:'

let options: readonly Option[] | undefined

/** The options that every command has: the same for each, as a command within others has them three times over. */
export function addCommonOptions(to: Command): Command {
  to.configureHelp(wordsOfHelp).optionsGroup(everyCommand)
  options ??= commonOptions()
  for (const option of options) to.addOption(option)
  return to.helpOption('-h, --help', 'show this help').optionsGroup('')
}

function commonOptions(): readonly Option[] {
  return [
    new Option('--json', 'print one JSON document'),
    new Option('-q, --quiet', 'say nothing but the answer'),
    new Option('--debug', 'show the stack of an error'),
    new Option('--no-color', 'no colour'),
    new Option('--no-input', 'never ask'),
    new Option('--no-pager', 'no pager for what is longer than the screen (PAGER)'),
    refusingTwoValues(new Option('--db <path>', 'the store (SSH_ADMIN_DB)')),
    refusingTwoValues(new Option('--key-file <path>', 'its key (SSH_ADMIN_KEY_FILE)')),
    refusingTwoValues(new Option('--as <email>', "act with this user's rights, or staff (SSH_ADMIN_AS)")),
    refusingTwoValues(new Option('--smtp <url>', 'the mail server (SSH_ADMIN_SMTP_URL)').hideHelp()),
    refusingTwoValues(
      new Option('--mail-dir <path>', 'where messages are written (SSH_ADMIN_MAIL_DIR)').hideHelp(),
    ),
    new Option('--wait <seconds>', 'how long to wait for a busy store').default('30'),
  ]
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

/** A page of help with what every command takes at its end: what is the command's own comes first. */
export function ownOptionsFirst(page: string): string {
  const parts = page.trimEnd().split(/\n{2,}/)
  const isOfEvery = (part: string) => part.startsWith(`${everyCommand}\n`)
  return `${[...parts.filter((part) => !isOfEvery(part)), ...parts.filter(isOfEvery)].join('\n\n')}\n`
}
