import { badMap } from './headings-errors.ts'
import { type ColumnSpec, headingKey } from './headings.ts'
import { didYouMean } from '../nearest.ts'

/** `['Org ID=Centre number']` → `{ 'Org ID': 'number' }`; a field goes by its name or its proper heading. */
export function parseMap(values: readonly string[], specs: readonly ColumnSpec[]): Record<string, string> {
  const names = specs.map(({ heading }) => heading)
  return Object.fromEntries(
    values.map((value) => {
      const equals = value.lastIndexOf('=')
      const heading = value.slice(0, Math.max(0, equals)).trim()
      const wanted = value.slice(equals + 1).trim()
      if (heading === '' || wanted === '') {
        throw badMap(
          `'${value}' does not say which column is which field`,
          "write 'Column=field', for example 'Org ID=Centre number'",
          names,
        )
      }
      const spec = specs.find(({ field, heading: proper }) =>
        [field, proper].some((name) => headingKey(name) === headingKey(wanted)),
      )
      if (spec === undefined) {
        throw badMap(
          `there is no field ${wanted}${didYouMean(wanted, names)}`,
          `the fields are: ${names.join(', ')}`,
          names,
        )
      }
      return [heading, spec.field]
    }),
  )
}
