import type { Command } from 'commander'
import { command } from '../../cli/command.ts'

/** What an owner does is done: whoever tries a secret tries it, and there is no rehearsing it. */
export function ownersCommand(name: string): Command {
  return command(name).option('-y, --yes', 'answer every question with yes')
}
