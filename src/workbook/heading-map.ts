import { badMap } from './heading-errors.ts'
import type { ColumnSpec } from './headings.ts'
import { didYouMean } from './nearest.ts'

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
        [field, proper].some((name) => foldedHeading(name) === foldedHeading(wanted)),
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

/** `E-mail *`, `EMAIL`, `e mail` and `Email (required)` are one; so are `Centre #`, `Centre №` and `centre no.`. */
export function foldedHeading(heading: string): string {
  return (heading.length > 200 ? heading : heading.replace(REMARK, ''))
    .replaceAll('#', ' no ')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}

// What a form says of a column beside its name. Other words in brackets may make it another column: Email (secondary).
const REMARK =
  /[\s:–—-]*[([]?\s*(?<![\p{L}\p{N}])(?:(?:is\s+)?(?:required|mandatory|compulsory|optional|obligatory)(?:\s+field)?|(?:if (?:any|known|applicable)|e\.\s?g\.|for example|such as)[^)\]]*)\s*[)\]]?[\s*]*$/iu
