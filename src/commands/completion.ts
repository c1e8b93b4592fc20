import { completionScript, shells } from '../cli/completion.ts'
import { command } from '../cli/define.ts'
import { oneOf } from '../cli/parameters.ts'

const instructions = `
Complete words with TAB in every new shell:
  bash   echo 'source <(ssh-admin completion bash)' >> ~/.bashrc
  zsh    echo 'source <(ssh-admin completion zsh)' >> ~/.zshrc
  fish   ssh-admin completion fish > ~/.config/fish/completions/ssh-admin.fish
`

/** Of no other kind: it opens no store. */
export const completion = () =>
  command({
    name: 'completion',
    summary: 'print what makes a shell complete commands',
    description:
      'Print the script with which bash, zsh or fish completes the commands and options of ssh-admin.',
    args: { shell: oneOf(shells, 'which shell') },
    notes: instructions,
    examples: ['ssh-admin completion bash'],
    run: async ({ shell }) => {
      const script = completionScript(shell)
      return { text: [script], json: { shell, script } }
    },
  })
