import type pg from 'pg'
import { setImmediate as whatIsUnderWay } from 'node:timers/promises'

interface Statement {
  text: string
  values: readonly unknown[]
  question?: Question
}

/** Who waits for an answer, and is told once all that was sent with it is answered. */
interface Question {
  ask: () => Promise<void>
  answer: () => void
  fail: (reason: unknown) => void
}

/** What is sent over one connection, in its order, in as few round trips as it can be. */
export class Pipeline {
  readonly #client: () => pg.Client
  /** What answers nothing waits for the next question. */
  readonly #unsent: Statement[] = []
  #sending: Promise<void> | undefined
  /** The end of a transaction that was given up: nothing is sent before. */
  #ending: Promise<void> | undefined

  constructor(client: () => pg.Client) {
    this.#client = client
  }

  /** Ends once what was asked is answered, and whoever waited may have asked again; undefined where nobody waits. */
  get sending(): Promise<void> | undefined {
    return this.#sending
  }

  get isEmpty(): boolean {
    return this.#unsent.length === 0
  }

  /** A statement that answers nothing waits for the next question, and is sent with it; its failure is told there. */
  add(text: string, values: readonly unknown[]): void {
    this.#unsent.push({ text, values })
  }

  /** What waits, and all that is asked at the same moment, go in one round trip. */
  async ask<R extends object>(text: string, values: readonly unknown[] = []): Promise<pg.QueryResult<R>> {
    return new Promise<pg.QueryResult<R>>((resolve, reject) => {
      const ask = () => this.#send<R>({ text, values })
      this.#unsent.push({ text, values, question: questionOf(ask, { resolve, reject }) })
      this.#sending ??= this.#sendAll()
    })
  }

  /** Before anything is asked in a way that cannot be one of several. */
  async flush(): Promise<void> {
    while (this.#sending) await this.#sending
    const last = this.#unsent.pop()
    if (last) await this.ask(last.text, last.values)
  }

  /** What is not sent yet is not sent at all; whoever asked is never answered, and so is waited for before. */
  discard(): void {
    this.#unsent.length = 0
  }

  /**
   * Once all that was asked is answered: what answers nothing is not sent any more, and nothing else is until this has
   * come to its end. @param end undefined where there is nothing to end
   */
  async endWith(end: () => Promise<void> | undefined): Promise<void> {
    // Looked at once more each time: whoever asks as the last answer comes is answered too.
    while (this.#sending) await this.#sending
    this.discard()
    const ending = end()
    if (!ending) return
    // Whoever asks meanwhile waits for it, and is answered also where it fails.
    this.#ending = ending
      .catch(() => undefined)
      .finally(() => {
        this.#ending = undefined
      })
    await this.#ending
    await ending
  }

  #send<R extends object>({ text, values }: Statement): Promise<pg.QueryResult<R>> {
    return this.#client().query<R>(text, values.length === 0 ? undefined : [...values])
  }

  /** Ends as it finds that nobody waits: whoever asks after that begins anew. */
  async #sendAll(): Promise<void> {
    do {
      await whatIsUnderWay()
      const last = this.#unsent.findLastIndex(({ question }) => question)
      await this.#sendAtOnce(this.#unsent.splice(0, last + 1))
    } while (this.#unsent.some(({ question }) => question))
    this.#sending = undefined
  }

  async #sendAtOnce(statements: readonly Statement[]): Promise<void> {
    await this.#ending
    const client = this.#client()
    if (statements.length > 1) pipelining(client, true)
    const sent = statements.map(({ question, ...statement }) => ({
      question,
      answered: question ? question.ask() : this.#send(statement).then(() => undefined),
    }))
    const ended = await Promise.allSettled(sent.map(({ answered }) => answered))
    if (statements.length > 1) pipelining(client, false)
    let failure: { reason: unknown } | undefined
    for (const [at, { question }] of sent.entries()) {
      const end = ended[at]
      if (end?.status === 'rejected') failure ??= end
      if (failure) question?.fail(failure.reason)
      else question?.answer()
    }
  }
}

function questionOf<Result>(
  ask: () => Promise<Result>,
  { resolve, reject }: { resolve: (result: Result) => void; reject: (reason: unknown) => void },
): Question {
  let answer = () => {}
  return {
    ask: async () => {
      const result = await ask()
      answer = () => resolve(result)
    },
    answer: () => answer(),
    fail: reject,
  }
}

/** Whether what is asked is sent at once, or once what was asked before is answered; asked where nothing is under way. */
export function pipelining(client: pg.Client, pipeline: boolean): void {
  Object.assign(client, { pipeline })
}
