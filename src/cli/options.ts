import type { Command } from 'commander'
import * as z from 'zod'
import { Usage } from '../errors.ts'

/** A number as it is typed: digits, where JavaScript would also take blanks, `0x1f` and `Infinity`. */
export function numberOf(error: string): z.ZodType<number, unknown> {
  return z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^[+-]?\d+(\.\d+)?(e\+?\d+)?$/i, error)
          .transform(Number),
      ],
      { error },
    )
    .pipe(z.number({ error }))
}

/** A whole number as it is typed, in decimal digits. */
export function wholeNumberOf(error: string): z.ZodType<number, unknown> {
  return numberOf(error).pipe(z.int({ error }))
}

/** Options that every command has. */
export const CommonOptions = z.object({
  json: z.boolean().default(false),
  quiet: z.boolean().default(false),
  debug: z.boolean().default(false),
  color: z.boolean().default(true),
  input: z.boolean().default(true),
  dryRun: z.boolean().default(false),
  yes: z.boolean().default(false),
  db: z.string().optional(),
  keyFile: z.string().optional(),
  as: z.string().optional(),
  smtp: z.string().optional(),
  mailDir: z.string().optional(),
  wait: numberOf('a number of seconds').pipe(z.number().min(0, 'at least 0')).default(30),
})

export type CommonOptions = z.infer<typeof CommonOptions>

/** The arguments by name and the options, as typed. */
export function typedOptions(command: Command): Record<string, unknown> {
  const typed: Record<string, unknown> = {}
  for (const [position, argument] of command.registeredArguments.entries()) {
    typed[camelCase(argument.name())] = command.processedArgs[position]
  }
  // The program's own options come first, so that those after the verb win.
  const chain: Command[] = []
  for (let at: Command | null = command; at; at = at.parent) chain.unshift(at)
  for (const part of chain) {
    for (const [name, value] of Object.entries(part.opts())) {
      const isDefault = part.getOptionValueSource(name) === 'default'
      if (name === 'as' && !isDefault) refuseTwoActors(value, typed.as)
      if (!isDefault || !(name in typed)) typed[name] = value
    }
  }
  return typed
}

/** Given twice, `--as` must say the same. */
export function refuseTwoActors(one: unknown, other: unknown): void {
  if (typeof one !== 'string' || typeof other !== 'string') return
  if (one.trim().toLowerCase() === other.trim().toLowerCase()) return
  throw new Usage(`--as is given twice, and not the same: ${other} and ${one}.`, {
    code: 'invalid-option',
    hint: 'Say once for whom the command acts.',
  })
}

/** What may be emptied, by typing nothing: particulars of a person or a centre. */
const mayBeEmpty: ReadonlySet<string> = new Set(['firstName', 'lastName', 'address', 'town', 'postcode'])

/** A script whose variable is empty must not act on everything, or on the default. @throws a usage error */
export function refuseEmptyOptions(command: Command): void {
  for (let at: Command | null = command; at; at = at.parent) {
    for (const option of at.options) {
      const name = option.attributeName()
      if (mayBeEmpty.has(name) || at.getOptionValueSource(name) !== 'cli') continue
      if ([at.getOptionValue(name)].flat().some(isBlank)) {
        throw new Usage(`${option.long} is empty.`, {
          code: 'invalid-option',
          hint: 'Give it a value, or leave it out.',
        })
      }
    }
  }
}

function isBlank(value: unknown): boolean {
  return typeof value === 'string' && value.split(',').every((part) => part.trim() === '')
}

/** Checks what was typed; says what is wrong with it in one line. */
export function checked<Options>(schema: z.ZodType<Options>, typed: Record<string, unknown>): Options {
  const parsed = schema.safeParse(typed)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0] ?? '')
    return name ? `${flagOf(name, typed)}: ${issue.message}` : issue.message
  })
  throw new Usage(problems.join('; '), { code: 'invalid-option', hint: 'Add --help to see what it takes.' })
}

/** A comma-separated or repeated option, as one list. */
export const commaList = z
  .array(z.string())
  .default([])
  .transform((values) =>
    values
      .flatMap((value) => value.split(','))
      .map((value) => value.trim())
      .filter((value) => value !== ''),
  )

function flagOf(name: string, typed: Record<string, unknown>): string {
  const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const value = typed[name]
  return typeof value === 'string' && value !== '' ? `${flag} ${value}` : flag
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
