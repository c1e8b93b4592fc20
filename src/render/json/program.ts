import * as z from 'zod/mini'
import { answer, answerOfChange, count, orNull, serverFacts, text } from './parts.ts'

/** Answers of commands that are about no one thing. */
export const programAnswers = () => ({
  /** `id` is an address, or the number of a centre; `centre` is where a user is. */
  found: answer({
    results: z.array(
      z.strictObject({
        kind: z.enum(['user', 'centre']),
        id: text(),
        name: text(),
        centre: orNull(text()),
        status: text(),
      }),
    ),
    total: count(),
  }),
  /** With --json a batch answers in documents of one line each: one for each of its lines, and one that counts them. */
  batch: z.union([
    z.strictObject({
      line: count(),
      command: text(),
      exit: count(),
      /** What the line's own command answers. */
      answer: orNull(z.record(text(), z.unknown())),
      error: orNull(
        z.strictObject({
          code: text(),
          message: text(),
          hint: orNull(text()),
          details: z.record(text(), z.unknown()),
        }),
      ),
    }),
    answerOfChange({ done: count(), refused: count(), left: count(), atomic: z.boolean() }),
  ]),
  version: answer({ version: text(), node: text(), platform: text() }),
  /** `name` is null where the whole file was edited. */
  changedSetting: answerOfChange({ file: text(), name: orNull(text()), changed: z.boolean() }),
  settings: answer({
    file: text(),
    /** `variables`: of a store on a server, PostgreSQL's own that have a say in where it is and how it is reached. */
    settings: z.record(
      text(),
      z.strictObject({ value: orNull(text()), from: text(), variables: z.optional(z.array(text())) }),
    ),
    /** As it is reached from here: `problem` says why no more can be said. */
    store: z.strictObject({
      state: z.enum(['there', 'missing', 'unavailable']),
      heldBy: orNull(text()),
      server: orNull(z.strictObject(serverFacts())),
      problem: orNull(z.strictObject({ code: text(), message: text(), hint: orNull(text()) })),
    }),
  }),
  completionScript: answer({ shell: text(), script: text() }),
  help: z.union([
    answer({ topics: z.record(text(), text()) }),
    answer({ topic: text(), text: text() }),
    /** Of a command or a noun, with --help too; of the program itself without its words. */
    answer({ command: text(), text: text() }),
    answer({
      topic: text(),
      exitCodes: z.array(z.strictObject({ code: count(), meaning: text(), next: text() })),
    }),
    answer({
      topic: text(),
      errorCodes: z.array(z.strictObject({ code: text(), exit: count(), meaning: text() })),
    }),
    answer({
      topic: text(),
      /** JSON schemas by name, and which of them each command answers in. */
      schemas: z.record(text(), z.record(text(), z.unknown())),
      answers: z.record(text(), text()),
    }),
  ]),
})
