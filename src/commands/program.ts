import { hintOfLines, Usage } from '../errors.ts'
import { isTopic, type Topic, topics } from '../cli/help/topics.ts'
import { nearestOf } from '../nearest.ts'
import type { View } from '../render/table.ts'
import type { Answer } from '../cli/action.ts'
import { command } from '../cli/define.ts'
import type { JsonAnswer } from '../render/json.ts'
import { optionalArgument, withCompletions, choiceArgument } from '../cli/parameters.ts'
import { version } from '../version.ts'
import { completionScript, shells } from '../cli/completion.ts'

/** Of no other kind: it opens no store. */
export const help = () =>
  command({
    name: 'help',
    summary: 'explain exit codes, JSON, settings, the workbook, roles, mail, scripting',
    description: `Explain one topic: ${Object.keys(topics).join(', ')}. After the words of a command it shows that command's help.`,
    args: { topic: withCompletions(Object.entries(topics), optionalArgument('what to explain')) },
    examples: ['ssh-admin help exit-codes', 'ssh-admin help json --json'],
    run: async ({ topic }, { terminal: { out } }) => {
      if (topic === undefined) return { text: topicsInLines(out), json: { topics } }
      if (!isTopic(topic)) throw unknownTopic(topic)
      return explained(topic, out)
    },
  })

function topicsInLines({ chalk }: View): string {
  const lines = Object.entries(topics).map(
    ([name, about]) => `  ${chalk.bold(`ssh-admin help ${name}`.padEnd(26))} ${about}`,
  )
  return `${chalk.bold('Topics:')}\n${lines.join('\n')}\n\nssh-admin --help lists the commands; ssh-admin NOUN VERB --help explains one.`
}

/** Matches a heading of a help page: a short line before a paragraph. */
const headingOfPage = /(?<=^|\n\n)[A-Z][^\n]{0,50}:(?=\n)/g

async function explained(topic: Topic, view: View): Promise<Answer<JsonAnswer<'help'>>> {
  const texts = await import('../cli/help/texts.ts')
  const page = (text: string) => texts.wrapPage(text, view.width).replace(headingOfPage, view.chalk.bold)
  if (topic === 'exit-codes') {
    const { exitCodes } = texts
    const lines = exitCodes.flatMap(({ code, meaning, next }) => [
      `${' '.repeat(4 - String(code).length)}${view.chalk.bold(String(code))}  ${meaning}`,
      ...(next ? [`      → ${next}`] : []),
    ])
    return { text: page(lines.join('\n')), json: { topic, exitCodes } }
  }
  if (topic === 'error-codes') {
    const { errorCodes } = await import('../cli/help/error-codes.ts')
    const all = Object.entries(errorCodes).flatMap(([exit, codes]) =>
      Object.entries(codes).map(([code, meaning]) => ({ code, exit: Number(exit), meaning })),
    )
    const width = Math.max(...all.map(({ code }) => code.length))
    const lines = all.map(({ code, exit, meaning }, at) => [
      ...(all[at - 1]?.exit === exit ? [] : ['', view.chalk.bold(`Exit code ${exit}`)]),
      `  ${code.padEnd(width)}  ${meaning}`,
    ])
    return { text: page(lines.flat().slice(1).join('\n')), json: { topic, errorCodes: all } }
  }
  if (topic === 'json') {
    const { answerOf, jsonSchemas } = await import('../render/json.ts')
    const schemas = jsonSchemas()
    return { text: page(texts.jsonPage(Object.keys(schemas))), json: { topic, schemas, answers: answerOf } }
  }
  const text = topic === 'roles' ? texts.rolesPage() : texts[topic]
  return { text: page(text), json: { topic, text } }
}

function unknownTopic(topic: string): Usage {
  const candidates = nearestOf(topic, Object.keys(topics))
  return new Usage(`There is no help on '${topic}'.`, {
    code: 'unknown-topic',
    hint:
      hintOfLines(candidates.map((name) => `ssh-admin help ${name}`)) ??
      `Topics: ${Object.keys(topics).join(', ')}.`,
    details: { candidates },
  })
}

/** Of no other kind: it opens no store. */
export const showVersion = () =>
  command({
    name: 'version',
    summary: 'show the version',
    description: 'Show the version of ssh-admin; with --json what it runs on too.',
    examples: ['ssh-admin version'],
    run: async () => {
      const { version: node, platform } = process
      return { text: version, json: { version, node, platform } }
    },
  })

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
    args: { shell: choiceArgument(shells, 'which shell') },
    notes: instructions,
    examples: ['ssh-admin completion bash'],
    run: async ({ shell }) => {
      const script = completionScript(shell)
      return { text: [script], json: { shell, script } }
    },
  })
