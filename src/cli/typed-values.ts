/**
 * A parser for typed values. The interface fits zod, so that a command with more complex values can use zod's schemas;
 * most commands do without loading zod.
 */
export interface Schema<Value> {
  safeParse: (typed: unknown) => Parsed<Value>
}

type Parsed<Value> =
  | { success: true; data: Value }
  | { success: false; error: { issues: readonly { message: string; hint?: string }[] } }

function schema<Value>(read: (typed: unknown) => Value | InvalidValue): Schema<Value> {
  return {
    safeParse: (typed) => {
      const data = read(typed)
      if (!(data instanceof InvalidValue)) return { success: true, data }
      return { success: false, error: { issues: [{ message: data.message }] } }
    },
  }
}

class InvalidValue {
  constructor(readonly message: string) {}
}

const isText = (typed: unknown): typed is string => typeof typed === 'string'

export const text = schema((typed) => (isText(typed) ? typed : new InvalidValue('is missing')))

export const texts = schema((typed) =>
  Array.isArray(typed) && typed.every(isText) ? typed : new InvalidValue('is missing'),
)

export const yesOrNo = schema((typed) =>
  typeof typed === 'boolean' ? typed : new InvalidValue('is there, or not'),
)

/** A comma-separated or repeated option, as one list. */
export const commaList: Schema<string[]> = withDefault(transform(texts, splitAtCommas), [])

/** A comma list whose items are each parsed. */
export function listOf<Value>(read: (text: string) => Value): Schema<Value[]> {
  return transform(commaList, (names) => names.map(read))
}

/**
 * The text, checked without the store; the rule checks it against the store.
 * @param refuse throws for a malformed text
 */
export function checkedText(refuse: (text: string) => unknown): Schema<string> {
  return transform(text, (typed) => {
    refuse(typed)
    return typed
  })
}

export function choiceOf<Choice extends string>(choices: readonly [Choice, ...Choice[]]): Schema<Choice> {
  return schema(
    (typed) =>
      choices.find((one) => one === typed) ?? new InvalidValue(`it takes one of ${choices.join(', ')}`),
  )
}

export function optional<Value>(inner: Schema<Value>): Schema<Value | undefined> {
  return withDefault<Value | undefined>(inner, undefined)
}

export function withDefault<Value>(inner: Schema<Value>, value: Value): Schema<Value> {
  return {
    safeParse: (typed) => (typed === undefined ? { success: true, data: value } : inner.safeParse(typed)),
  }
}

export function transform<From, To>(inner: Schema<From>, into: (value: From) => To): Schema<To> {
  return {
    safeParse: (typed) => {
      const parsed = inner.safeParse(typed)
      return parsed.success ? { success: true, data: into(parsed.data) } : parsed
    },
  }
}

/** A value with an additional condition. @param problemWith returns the message where the value violates the condition */
export function refine<Value>(
  inner: Schema<Value>,
  problemWith: (value: Value) => string | undefined,
): Schema<Value> {
  return {
    safeParse: (typed) => {
      const parsed = inner.safeParse(typed)
      const message = parsed.success ? problemWith(parsed.data) : undefined
      return message === undefined ? parsed : { success: false, error: { issues: [{ message }] } }
    },
  }
}

interface Bounds {
  min?: number
  max?: number
  /** Exclusive minimum. */
  above?: number
}

/** A number in decimal digits; JavaScript's Number would also accept blanks, `0x1f` and `Infinity`. */
export function number(what: string, bounds: Bounds = {}): Schema<number> {
  return schema((typed) => {
    const value = isText(typed) && decimalNumber.test(typed) ? Number(typed) : typed
    if (typeof value !== 'number' || !Number.isFinite(value)) return new InvalidValue(`it takes ${what}`)
    return outOfBounds(value, bounds) ?? value
  })
}

/** Adds a hint to the schema's errors. */
function withHint<Value>(inner: Schema<Value>, hint: string): Schema<Value> {
  return {
    safeParse: (typed) => {
      const parsed = inner.safeParse(typed)
      if (parsed.success) return parsed
      return { success: false, error: { issues: parsed.error.issues.map((issue) => ({ ...issue, hint })) } }
    },
  }
}

/** A whole number in decimal digits. */
export function wholeNumber(what: string, bounds: Bounds = {}): Schema<number> {
  const anyNumber = number(what)
  return schema((typed) => {
    const parsed = anyNumber.safeParse(typed)
    const isNotWhole = isText(typed) && !/^[+-]?\d+$/.test(typed)
    if (isNotWhole || !parsed.success || !Number.isSafeInteger(parsed.data))
      return new InvalidValue(`it takes ${what}`)
    return outOfBounds(parsed.data, bounds) ?? parsed.data
  })
}

const decimalNumber = /^[+-]?\d+(\.\d+)?([Ee]\+?\d+)?$/

function outOfBounds(value: number, { min, max, above }: Bounds): InvalidValue | undefined {
  if (min !== undefined && value < min) return new InvalidValue(`it takes at least ${min}`)
  if (max !== undefined && value > max) return new InvalidValue(`it takes at most ${max}`)
  return above !== undefined && value <= above ? new InvalidValue(`it takes more than ${above}`) : undefined
}

function splitAtCommas(values: readonly string[]): string[] {
  return values
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter((value) => value !== '')
}

/** The number of an import, as typed. */
export const importNumber = withHint(
  wholeNumber('the number of an import, which ssh-admin centres imports lists', { min: 1 }),
  'The last one: ssh-admin centres imports --limit 1',
)
