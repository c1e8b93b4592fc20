import { Unavailable } from '../errors.ts'
import { failureOf } from '../exit.ts'
import { readEachName } from '../rules/batch.ts'
import { parseCentreNumber } from '../rules/centres/find.ts'
import { parseAddress } from '../rules/users/email.ts'
import { canBeName, type NamesTyped, namesInValue } from './names-typed.ts'
import type { Declared, NamedKind, Parameters } from './parameters.ts'

interface Call<Args, Options, Every> {
  typedNames: NamesTyped
  parameters: Declared<Args, Options, Every>
  options: Args & Options
}

/** Where the store or its key cannot be used, reports instead what is wrong with the call in any store. */
export async function refuseWrongCall<Args, Options, Every>(
  error: unknown,
  { typedNames: { typed, kinds }, parameters, options }: Call<Args, Options, Every>,
): Promise<void> {
  if (!(failureOf(error) instanceof Unavailable)) return
  for (const [parameter, kind] of kinds) await refuseInvalidTarget(typed[parameter], kind)
  await refuseInvalidValues(parameters.args, options)
  await refuseInvalidValues(parameters.options, options)
}

async function refuseInvalidTarget(value: unknown, kind: NamedKind): Promise<void> {
  const read = (target: string) => readTarget(target, kind)
  if (Array.isArray(value)) await readEachName([...new Set(value.map(String))], read)
  else if (typeof value === 'string') read(value)
}

/** Refuses a target that can be neither an address, nor a number, nor a name; an audience was parsed before. */
function readTarget(target: string, kind: NamedKind): void {
  const isAddress = kind !== 'centre' && kind !== 'centres' && target.includes('@')
  if (isAddress && kind !== 'audience') parseAddress(target)
  else if (kind === 'centre' || kind === 'centres' || kind === 'user-or-centre') {
    for (const word of namesInValue(target, kind)) if (!canBeName(word, kind)) parseCentreNumber(word)
  }
}

async function refuseInvalidValues<Values>(
  parameters: Parameters<Values> | undefined,
  values: Values,
): Promise<void> {
  if (!parameters) return
  for (const name in parameters) await parameters[name].refuseMistyped?.(values[name])
}
