/**
 * Indexes for importing part of a roster, which looks for centres by the names and the near numbers of its rows: among
 * a million centres each look-up was a table scan. The expressions must equal those of the queries letter for letter.
 */
export const statements = [
  'create index centres_by_name on centres (substr(folded, length(number) + 2))',
  `create index centres_by_nearly_number on centres (
    replace(replace(replace(replace(number, 'O', ''), '0', ''), 'I', '1'), 'L', '1')
  )`,
]
