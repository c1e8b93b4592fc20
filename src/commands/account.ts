import { hashNewPassword, ownWordsIn, passwordRule, weaknessOf } from '../rules/account/password.ts'
import { type Session, withStore } from '../cli/session.ts'
import {
  activateAccount,
  checkLink,
  requestAccount,
  setUpWithLink,
  setUpWithTemporaryPassword,
  signIn,
  verifyAccount,
} from '../rules/account.ts'
import { readLink } from '../rules/credentials/derive.ts'
import { preparedMutation, mutation } from '../cli/define.ts'
import { argument, optionalArgument } from '../cli/parameters.ts'
import { address, addressArgument } from '../cli/typed-arguments.ts'
import { optional, type Schema } from '../cli/typed-values.ts'
import { askSecret } from '../cli/prompt.ts'
import { readLines } from '../input-file.ts'
import type { View } from '../render/table.ts'
import type { Trx } from '../db/transact.ts'
import type { RuleContext } from '../rules/permissions/actor.ts'
import { Usage } from '../errors.ts'
import { tsvLine } from '../render/clean-text.ts'
import type { Message } from '../render/messages.ts'
import { changeMark } from '../render/text.ts'
import { personAndCentre, userJson } from '../render/users.ts'
import type { Account } from '../rules/users/account.ts'

export const request = () =>
  mutation({
    name: 'request',
    summary: "what 'Activate account' and 'Forgotten your password?' do",
    description:
      'Ask for a message that lets the owner of an account choose a password. The answer is the same whether the address is known or not. The message waits for ssh-admin mail send; there is one in five minutes, and five a day, for each address.',
    args: { email: addressArgument() },
    examples: ['ssh-admin account request amira@school.example'],
    rehearses: false,
    act: (trx, ctx, { email }) => requestAccount(trx, { email, ctx }),
    leavesMailQueued: true,
    render: ({ email }) => `If ${email} has an account here, a message will be sent to it.`,
    json: ({ email }) => ({ email, requested: true }),
  })

const secretsHint = 'Never as an argument: others could read it.'

/** The owner's address. Text without @ may be the secret itself, typed in the wrong place, and is not echoed. */
const ownAddress: Schema<string> = {
  safeParse: (typed) => {
    if (typeof typed !== 'string' || typed.trim() === '' || typed.includes('@'))
      return address.safeParse(typed)
    throw new Usage('The address has no @: name@school.example.', {
      code: 'invalid-email',
      hint: `A PIN, a link, a code or a password is asked for, or read from stdin. ${secretsHint}`,
    })
  },
}

export const activate = () =>
  preparedMutation({
    name: 'activate',
    summary: 'choose a password with the PIN of an imported account',
    description: `Choose a password with the PIN from the sheet of an import. Asks for the PIN and the new password, or reads them from stdin, one a line. A code follows by e-mail. ${passwordRule}`,
    args: { email: argument('the address', ownAddress) },
    examples: ['ssh-admin account activate amira@school.example < pin-and-password.txt'],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const [pin = '', text = ''] = await readSecrets(session, ['PIN', newPasswordQuestion])
      return { email, pin, password: await hashNewPassword(text) }
    },
    act: (trx, ctx, { email, pin, password }, store) =>
      activateAccount(trx, { email, pin, password, key: store.keys().pin, ctx }),
    render: (account, view) => renderAccount(account, { view, next: verificationNext(account) }),
    json: accountJson,
  })

function verificationNext({ email }: Account): string {
  return `has a password. Now the code from the message: ssh-admin account verify ${email}`
}

export const setUp = () =>
  preparedMutation({
    name: 'set-up',
    summary: 'choose a password with the link or temporary password of a message',
    description: `Choose a password with the link from a message; or, with the address, with the temporary password from an invitation. Asks for it and for the new password, or reads them from stdin, one a line. ${passwordRule}`,
    args: {
      email: optionalArgument(
        'the address: a temporary password needs it, a link does not',
        optional(ownAddress),
      ),
    },
    examples: [
      'ssh-admin account set-up < link-and-password.txt',
      'ssh-admin account set-up amira@school.example < temporary-and-new-password.txt',
    ],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const first = email === undefined ? 'Link' : 'Temporary password, or link'
      const check = async (typed: string) =>
        email === undefined || readLink(typed) ? ownerOfLink({ link: typed, email }, session) : undefined
      const [proof = '', text = ''] = await readSecrets(session, [first, newPasswordQuestion], check)
      return { email, proof, password: await hashNewPassword(text) }
    },
    act: (trx, ctx, { email, proof, password }, store) => {
      const keys = store.keys()
      return email === undefined || readLink(proof)
        ? setUpWithLink(trx, { link: proof, email, password, keys, ctx })
        : setUpWithTemporaryPassword(trx, { email, temporaryPassword: proof, password, keys, ctx })
    },
    render: (account, view) =>
      renderAccount(account, {
        view,
        next:
          account.status === 'active'
            ? 'has a new password and can sign in with it.'
            : verificationNext(account),
      }),
    json: accountJson,
  })

/** Checks the link before a password is asked for; the check itself is not recorded. */
async function ownerOfLink(
  typed: { link: string; email: string | undefined },
  session: Session,
): Promise<Account> {
  return withStore(session, 'rehearse', async (store) => {
    const keys = store.keys()
    const check = (trx: Trx, ctx: RuleContext) => checkLink(trx, { ...typed, keys, ctx })
    const { account } = await session.rehearse(store, check, 'may-be-behind')
    return account
  })
}

export const verify = () =>
  preparedMutation({
    name: 'verify',
    summary: 'make an account active with the code from the message',
    description:
      'Show that the address is yours with the six digits from the message. Asks for the code, or reads it from stdin.',
    args: { email: argument('the address', ownAddress) },
    examples: ['ssh-admin account verify amira@school.example < code.txt'],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const [code = ''] = await readSecrets(session, ['Code'])
      return { email, code }
    },
    act: (trx, ctx, { email, code }, store) =>
      verifyAccount(trx, { email, code, key: store.keys().code, ctx }),
    render: (account, view) => renderAccount(account, { view, next: 'is active and can sign in.' }),
    json: accountJson,
  })

export const signInCommand = () =>
  preparedMutation({
    name: 'sign-in',
    summary: 'sign in, and record when',
    description:
      'Sign in with the password, which is asked for or read from stdin; records the time. After a right password it names the rule that stands in the way. After ten wrong ones in a row there is a pause before the next is tried, of one minute at first and an hour at most; after a hundred only a new password helps.',
    args: { email: argument('the address', ownAddress) },
    examples: ['ssh-admin account sign-in amira@school.example < password.txt'],
    rehearses: false,
    prepare: async ({ email }, session) => {
      const [password = ''] = await readSecrets(session, ['Password'])
      return { email, password }
    },
    act: (trx, ctx, { email, password }) => signIn(trx, { email, password, ctx }),
    render: (account, view) => renderAccount(account, { view, next: 'is signed in.' }),
    json: accountJson,
  })

const newPasswordQuestion = 'New password'

/**
 * Prompts for secrets, or reads them from stdin, one a line in the order of the prompts.
 * @param check called with the first secret at a terminal; when it throws, the others are not asked for. It returns the
 * owner, whose name must not be part of a new password
 */
async function readSecrets(
  session: Session,
  questions: readonly string[],
  check?: (first: string) => Promise<Account | undefined>,
): Promise<string[]> {
  const { terminal, common } = session
  if (terminal.canAsk && common.input) {
    if (questions.includes(newPasswordQuestion)) session.say(passwordRule)
    const answers: string[] = []
    let owner: Account | undefined
    for (const question of questions) {
      const answer = await promptForSecret(question, session, owner)
      if (answers.length === 0) owner = await check?.(answer)
      answers.push(answer)
    }
    return answers
  }
  const lines = terminal.stdin.isTTY ? [] : await untrimmedLines(terminal.stdin)
  if (lines.length === questions.length) return lines
  const needed = questions
    .map((question) => question.replace(/^[A-Z](?![A-Z])/, (letter) => letter.toLowerCase()))
    .join(', ')
  throw new Usage(`This needs, on stdin, one a line: ${needed}.`, {
    code: 'answer-needed',
    hint: secretsHint,
  })
}

/** A new password is typed twice, because it is not shown. */
async function promptForSecret(
  question: string,
  { terminal, say }: Session,
  owner: Account | undefined,
): Promise<string> {
  for (;;) {
    const typed = await askSecret(terminal, `${question}:`)
    if (question !== newPasswordQuestion) return typed
    const reason = (await weaknessOf(typed)) ?? (owner && ownWordsIn(typed, owner))
    if (reason) say(`This password ${reason}.`)
    else if (typed === (await askSecret(terminal, 'Once more:'))) return typed
    else say('These were not the same.')
  }
}

/** Lines are not trimmed: a password may begin or end with a blank. */
async function untrimmedLines(stream: NodeJS.ReadableStream): Promise<string[]> {
  const lines = await readLines(stream)
  while (lines.at(-1) === '') lines.pop()
  return lines
}

/** The JSON answer of every `account` command. */
function accountJson(account: Account, mail: readonly Message[]) {
  return { ...userJson(account), changed: true, mail }
}

/** @param next the next step, for a person */
function renderAccount(account: Account, { view, next }: { view: View; next: string }): string {
  if (!view.isTerminal) return tsvLine([account.email, account.centre?.number, account.status])
  return `${changeMark(true, view)} ${personAndCentre(account)} ${next}`
}
