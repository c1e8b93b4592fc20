import { askSecret } from '../../cli/prompt.ts'
import { readLines } from '../../cli/read-lines.ts'
import type { Session } from '../../cli/session.ts'
import type { View } from '../../render/table.ts'
import { Usage } from '../../errors.ts'
import { tsvLine } from '../../render/clean-text.ts'
import type { Message } from '../../render/messages.ts'
import { person, userJson } from '../../render/users.ts'
import { passwordRule, weaknessOf } from '../../rules/account/password.ts'
import type { Account } from '../../rules/users/account.ts'

export const newPasswordQuestion = 'New password'

/**
 * Asks for secrets, or reads them from stdin, one a line in the order of the questions. @param check of the first,
 * where somebody is asked: the others are not asked for once it throws
 */
export async function secretsFor(
  session: Session,
  questions: readonly string[],
  check?: (first: string) => Promise<void>,
): Promise<string[]> {
  const { terminal, common } = session
  if (terminal.canAsk && common.input) {
    if (questions.includes(newPasswordQuestion)) session.say(passwordRule)
    const answers: string[] = []
    for (const question of questions) {
      const answer = await askFor(question, session)
      if (answers.length === 0) await check?.(answer)
      answers.push(answer)
    }
    return answers
  }
  const lines = terminal.stdin.isTTY ? [] : await linesAsTyped(terminal.stdin)
  if (lines.length === questions.length) return lines
  const wanted = questions.map((question) => question.toLowerCase()).join(', ')
  throw new Usage(`This needs, on stdin, one a line: ${wanted}.`, {
    code: 'answer-needed',
    hint: 'Never as an argument: others could read it.',
  })
}

/** A new password is typed twice: nobody sees what they type. */
async function askFor(question: string, { terminal, say }: Session): Promise<string> {
  for (;;) {
    const typed = await askSecret(terminal, `${question}:`)
    if (question !== newPasswordQuestion) return typed
    const reason = await weaknessOf(typed)
    if (reason) say(`This password ${reason}.`)
    else if (typed === (await askSecret(terminal, 'Once more:'))) return typed
    else say('These were not the same.')
  }
}

/** A password may begin or end with a blank. */
async function linesAsTyped(stream: NodeJS.ReadableStream): Promise<string[]> {
  const lines = await readLines(stream)
  while (lines.at(-1) === '') lines.pop()
  return lines
}

/** The account after its owner did something, as every `account` command answers. */
export function accountJson(account: Account, mail: readonly Message[]) {
  return { ...userJson(account), changed: true, mail }
}

/** @param next what to say to a person */
export function renderAccount(account: Account, { view, next }: { view: View; next: string }): string {
  if (!view.isTerminal) return tsvLine([account.email, account.centre?.number, account.status])
  return `${view.chalk.green('✓')} ${person(account)} ${next}`
}
