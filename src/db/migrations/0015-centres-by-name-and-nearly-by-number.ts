/**
 * Part of a roster looks for the centres whose names its rows bear, and for those whose numbers are nearly its own:
 * among a million centres each cost a look at all of them. The expressions are those of the queries, letter for letter.
 */
export const statements = [
  'create index centres_by_name on centres (substr(folded, length(number) + 2))',
  `create index centres_by_nearly_number on centres (
    replace(replace(replace(replace(number, 'O', ''), '0', ''), 'I', '1'), 'L', '1')
  )`,
]
