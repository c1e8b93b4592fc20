import * as z from 'zod/mini'
import { answer, answerOfChange, count, orNull, serverFacts, text } from './parts.ts'

/** Answers of commands that are not about one kind of thing. */
export const programAnswers = () => ({
  /** `id` is an address, or the number of a centre; `centre` is the centre of a user. */
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
  /** With --json a batch answers in documents of one line: one for each line of the batch, and one with the counts. */
  batch: z.union([
    z.strictObject({
      line: count(),
      command: text(),
      exit: count(),
      /** The answer of the command in that line. */
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
    /**
     * `variables`: for a store on a server, the variables of PostgreSQL that affect where it is and how it is reached.
     */
    settings: z.record(
      text(),
      z.strictObject({ value: orNull(text()), from: text(), variables: z.optional(z.array(text())) }),
    ),
    /** The store as it is reached from here; `problem` says why no more is known. */
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
    /** The help of a command or a noun, also with --help; `command` is empty for the program itself. */
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
      /** JSON schemas by name, and the name of the schema for each command's answer. */
      schemas: z.record(text(), z.record(text(), z.unknown())),
      answers: z.record(text(), text()),
    }),
  ]),
})
