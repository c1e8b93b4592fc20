import { Argument } from 'commander'
import * as z from 'zod'
import { completionScript, shells } from '../cli/completion.ts'
import { command, example } from '../cli/command.ts'
import { answer, action } from '../cli/action.ts'

const Options = z.object({ shell: z.enum(shells) })

const howTo = `
Complete words with TAB in every new shell:
  bash   echo 'source <(ssh-admin completion bash)' >> ~/.bashrc
  zsh    echo 'source <(ssh-admin completion zsh)' >> ~/.zshrc
  fish   ssh-admin completion fish > ~/.config/fish/completions/ssh-admin.fish
`

export const completion = () =>
  command('completion')
    .summary('print what makes a shell complete commands')
    .description(
      'Print the script with which bash, zsh or fish completes the commands and options of ssh-admin.',
    )
    .addArgument(new Argument('<shell>', 'which shell').choices(shells))
    .addHelpText('after', `${example('ssh-admin completion bash')}${howTo}`)
    .action(
      action(Options, async ({ shell }, session) => {
        const script = completionScript(shell)
        await answer(session, { text: script, json: { shell, script } })
        return 0
      }),
    )
