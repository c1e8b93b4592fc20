import type { Redactor } from '../exit.ts'
import { isAddress, looksLikeCentreNumber } from './names-typed.ts'
import { escapeRegExp } from '../search-key.ts'
import { type Line, positionsIn } from './typed-line.ts'

export function withoutSecrets(argv: Line): Redactor {
  const secrets = secretsIn(argv)
  const redactText = (text: string) =>
    secrets
      .reduce((shown, secret) => shown.replace(wholeWordPattern(secret), '***'), text)
      .replace(linkInText, '$1***')
  const redactLine = (hint: string) =>
    hint
      .split('\n')
      .map((line) => redactText(hintWithoutSecrets(line, secrets)))
      .join('\n')
  return { redactText, redactLine }
}

/** Links in messages, of which the part behind the path is secret; also found in paths and in text from stdin. */
const linkInText = /(:\/\/?[^\s'"]*\/(?:set-up|reset-password)\/)[^\s'"]+/g

/** Takes secrets out of a suggested command; behind an option with a value, VALUE stands in their place. */
function hintWithoutSecrets(line: string, secrets: readonly string[]): string {
  const at = line.indexOf('ssh-admin ')
  if (at < 0) return line
  const shorter = secrets.reduce(
    (rest, secret) =>
      rest.replace(
        new RegExp(`( --[a-z-]+)? '?${escapeRegExp(secret)}'?(?=[\\s'?,;]|$)`, 'g'),
        (_, option: string | undefined) =>
          option === undefined || plainFlag.test(option.trim()) ? (option ?? '') : `${option} VALUE`,
      ),
    line.slice(at),
  )
  return `${line.slice(0, at)}${shorter}`
}

function wholeWordPattern(secret: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])${escapeRegExp(secret)}(?![\\p{L}\\p{N}])`, 'gu')
}

const secretOption =
  /^--?(?:pin|code|link|(?:[a-z]+-)*(?:pass(?:word|wd|phrase)?|pwd|secret|token)|(?:[a-z]+-)*pin)$/i

/** Secret values of an option. A PIN contains digits: `users list --pin used,void` names states and no PIN. */
function secretsOfOption(option: string, value: string): string[] {
  if (!secretOption.test(option)) return []
  if (!/pin$/i.test(option)) return [value]
  return [value, ...value.split(',')].map((part) => part.trim()).filter((part) => !/^[a-z,-]*$/i.test(part))
}

const usersNoun = /^(?:users?|teachers?|persons?|people)$/
const accountNoun = /^accounts?$/
/** Nouns whose arguments may be numbers of eight digits that are no PIN. */
const numberedNoun =
  /^(?:cent(?:re|er)|school|coordinator|associate|role|progression|resource|release|key|entr|help-|error|mail|message|template|letter|audit|log|event|store|seed|config)/

/** Verbs with which a password is chosen, proved or used. */
const secretVerbs =
  /^(?:(?:reset|forgot|change|set)-password|password-reset|password|passwd|pin|reset-pin|sign-in|signin|log-?in|activate|set-?up|verify)$/

const isPassword = /^(?:[a-z]+-)?(?:password|passwd|pin)$/

/** Commands in which the words behind the first may be centre numbers, which can have eight digits. */
const commandWithNumbersLater = /^(?:users (?:add|move|create|new)|associates (?:un)?assign)$/

/** Commands without such numbers: their arguments are files, letters or names. */
const commandWithoutNumbers =
  / (?:import|apply|upload|export|sample|lint|backup)$|^releases? (?:create|add|new)$|^(?:role|progression|template|letter|store|seed|config)/

/** Commands in which only the first word is such a number. */
const commandWithOneNumber =
  /^(?:coordinators? |cent(?:re|er)s? (?:create|edit|show|add)$|help-documents? replace$)/

/** Options whose values are numbers or dates. */
const numberOption =
  /^--(?:centres?|users|delete-centre|associate|for|import|release|resource|subject|postcode|limit|rate|wait|allow-(?:deletes|renames)|since|until|opens|closes|date|from|seed)$/

/** Options without a value: a word behind one is not its value. */
const plainFlag =
  /^--(?:(?:no|not|never|without)-[a-z-]+|yes|json|dry-run|debug|quiet|help|version|admin|atomic|british-council|global-listening|delete-extra|delete-missing|deleted|due|expired|failed|history|if-missing|keep-credentials|keep-going|last|matrix|new-key|partial|releases|remove|renew|restore-deleted|reverse|roles|send|send-mail|services|show|strict|suspend|suspend-former|whole-roster|withdrawn)$/

/** The words of the line that are secrets, or very probably are, longest first. */
function secretsIn(argv: Line): string[] {
  const secrets = new Set<string>()
  const typed = positionsIn(argv.filter((word) => word !== '--')).map(({ word }) => word)
  const [first = '', verb = ''] = typed
  const noun = usersNoun.test(first) ? 'users' : accountNoun.test(first) ? 'account' : first
  const isNoun = noun === 'users' || noun === 'account' || numberedNoun.test(noun)
  const commandLength = noun === 'config' ? 1 : isNoun ? 2 : 0
  const args = typed.slice(commandLength)
  const isAboutSecrets = typed.some((word) => secretVerbs.test(word))
  for (const pin of pinsIn(argv, { command: `${noun} ${verb}`, commandLength })) secrets.add(pin)
  for (const [at, word] of argv.entries()) {
    const [, option = '', value = word] = /^(--?[a-z-]+)=(.*)$/is.exec(word) ?? []
    const optionSecrets = [...secretsOfOption(option, value), ...secretsOfOption(argv[at - 1] ?? '', value)]
    for (const secret of [...optionSecrets, ...linksIn(value)]) secrets.add(secret)
    if (temporaryPassword.test(value)) secrets.add(value)
  }
  for (const [at, word] of args.entries()) {
    const before = args.slice(0, at)
    if (isAddress(word)) continue
    const followsPersonOrPassword = before.some(
      (one) => isAddress(one) || /^\p{Lu}\p{Ll}/u.test(one) || isPassword.test(one),
    )
    if (noun === 'account' && (at > 0 || /\d/.test(word))) secrets.add(word)
    else if (noun === 'config' && isPassword.test(before.at(-1) ?? '')) secrets.add(word)
    else if (
      isAboutSecrets &&
      followsPersonOrPassword &&
      word.length > 3 &&
      /[^\p{L}\p{M}\s'’.@<>-]/u.test(word) &&
      !isCentre(word)
    )
      secrets.add(word)
  }
  return [...secrets].filter((one) => one !== '').sort((one, other) => other.length - one.length)
}

/** Whether a word is a centre number (EG001, 50538) and neither a code of six digits nor a PIN of eight. */
function isCentre(word: string): boolean {
  return looksLikeCentreNumber(word) && !/^(?:\d{4}|\d{6}|\d{8})$/.test(word)
}

/** A message's link, and the secret part of it. */
function linksIn(value: string): string[] {
  const [, secret] = /(?:^|:\/\/.*\/)(?:set-up|reset-password)\/+(\S+)/.exec(value) ?? []
  const [proof] = /\b\d{1,15}\.[\w-]{43}(?![\w-])/.exec(value) ?? []
  return [secret, proof].flatMap((found) => (found === undefined ? [] : [value, found]))
}

const temporaryPassword = /^[A-Za-z0-9]{4}(?:-[A-Za-z0-9]{4}){3}$/

/** `48210937`, `4821 0937`, also as two words or behind `pin=`, except where such a number or date belongs. */
function pinsIn(
  argv: Line,
  { command, commandLength }: { command: string; commandLength: number },
): string[] {
  const pins: string[] = []
  let position = -1
  for (const [at, word] of argv.entries()) {
    const before = argv[at - 1] ?? ''
    const [, optionTyped, valueTyped = ''] = /^(--?[a-z-]+)=(.*)$/is.exec(word) ?? []
    if (optionTyped === undefined && word.startsWith('-')) continue
    const option = optionTyped ?? (/^--[a-z-]+$/.test(before) && !plainFlag.test(before) ? before : undefined)
    const value = optionTyped === undefined ? word : valueTyped
    if (option === undefined) position += 1
    const takesNumbers =
      option === undefined
        ? mayBeOtherNumber(command, position - commandLength)
        : numberOption.test(option) || (option === '--to' && command === 'users move')
    if (takesNumbers && /^[\d\s,]*$/.test(value)) continue
    const parts = fileName.test(value) ? [value] : [value, ...value.split(/[\s,=]+/)]
    pins.push(...parts.filter(isPin))
    const next = argv[at + 1] ?? ''
    const isHalf = option === undefined && [value, next].every((half) => /^\d{4}$/.test(half))
    if (isHalf && isPin(`${value} ${next}`)) pins.push(value, next)
  }
  return pins
}

/** Whether the text may be a PIN; two years in a row (2025 2026) are a school year. */
function isPin(text: string): boolean {
  const [, first = '', between, second = ''] = /^(\d{4})([\s-]?)(\d{4})$/.exec(text) ?? []
  const isSchoolYear = between !== '' && /^20/.test(first) && Number(second) === Number(first) + 1
  return first !== '' && !isSchoolYear
}

/** Eight digits within a file's name are a date. */
const fileName = /\.(?:xlsx?|csv|json|html?|txt|pdf|docx?|zip)$/i

/** Whether the word at this position behind the command's words may be a number of eight digits. */
function mayBeOtherNumber(command: string, at: number): boolean {
  if (/^roles? check$/.test(command)) return at > 1
  if (commandWithoutNumbers.test(command)) return false
  if (commandWithNumbersLater.test(command)) return at > 0
  return numberedNoun.test(command) && (at < 1 || !commandWithOneNumber.test(command))
}
