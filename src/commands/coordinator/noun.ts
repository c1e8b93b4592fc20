import type { Noun } from '../noun.ts'

export const coordinator: Noun = {
  summary: "a centre's coordinator",
  verbs: {},
}
