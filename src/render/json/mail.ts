import * as z from 'zod/mini'
import { answer, answerOfChange, count, orNull, text, time } from './parts.ts'

export const message = () =>
  z.strictObject({
    id: count(),
    to: text(),
    letter: text(),
    subject: text(),
    state: z.enum(['queued', 'written', 'sent', 'failed', 'unknown', 'cancelled']),
    attempts: count(),
    lastError: orNull(text()),
    createdAt: time(),
    deliveredAt: orNull(time()),
  })

export const mail = () => z.array(message())

export const mailAnswers = () => ({
  messages: answerOfChange({ messages: mail(), total: count() }),
  messageList: answer({ messages: mail(), total: count() }),
  cancelledMessages: answerOfChange({
    messages: z.array(z.strictObject({ ...message().shape, changed: z.boolean() })),
    total: count(),
  }),
  /** `file` is the file to which the message was written (`HOST:PATH` on another machine), `page` what --html wrote. */
  shownMessage: answer({ ...message().shape, file: orNull(text()), text: text(), page: orNull(text()) }),
  templateList: answer({
    templates: z.array(
      z.strictObject({
        name: text(),
        does: text(),
        subject: text(),
        edited: z.boolean(),
        editedAt: orNull(time()),
        editedBy: orNull(text()),
      }),
    ),
    total: count(),
  }),
  template: answer({
    name: text(),
    subject: text(),
    text: text(),
    html: text(),
    edited: z.boolean(),
    variables: z.array(text()),
  }),
  changedTemplate: answerOfChange({ name: text(), changed: z.boolean() }),
  templatePreview: answerOfChange({ name: text(), changed: z.boolean(), mail: mail() }),
})
