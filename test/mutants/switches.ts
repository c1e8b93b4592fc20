// The source with many mutants in it at once, each behind a switch: it is read and imported once for all of them.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Plugin } from 'vitest/config'
import type { Mutant } from './mutations.ts'

/** A mutant by its place in the sample. */
export type Numbered = Mutant & { number: number }

/** What run.ts writes for the processes that it starts. */
export interface Round {
  mutants: Numbered[]
  /** By file of tests, behind its project, and name of the test: the mutants to be tried with it. Without them it is learnt what reaches what. */
  tries?: Record<string, Record<string, number[]>>
  /** The one that is switched on from the start, in every test, before anything is imported. */
  always?: number
}

export function roundOf(file = process.env.MUTANTS_ROUND ?? ''): Round {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** In memory alone: nothing is changed in the tree. */
export function switches(root: string): Plugin {
  const { mutants } = roundOf()
  return {
    name: 'mutants',
    enforce: 'pre',
    transform: (text, id) => {
      const ofFile = mutants.filter(({ file }) => file === relative(root, id))
      return ofFile.length > 0 ? { code: withSwitches(text, ofFile), map: null } : undefined
    },
  }
}

/** `mutated(7)` says whether the one with the number 7 is switched on (runner.ts). */
export function withSwitches(text: string, mutants: readonly Numbered[]): string {
  return between(0, text.length, mutants)

  function between(from: number, to: number, inside: readonly Numbered[]): string {
    let left = inside.toSorted((one, other) => one.start - other.start || other.end - one.end)
    let written = ''
    let at = from
    for (let outer = left.shift(); outer; outer = left.shift()) {
      const { start, end } = outer
      const inner = left.filter((other) => other.end <= end)
      left = left.filter((other) => other.end > end)
      written += text.slice(at, start) + switched(outer, between(start, end, inner))
      at = end
    }
    return written + text.slice(at, to)
  }
}

function switched({ number, kind, after }: Numbered, before: string): string {
  if (kind === 'no throw' || kind === 'no statement') return `{ if (!mutated(${number})) ${before} }`
  return `(mutated(${number}) ? (${after}) : (${before}))`
}
