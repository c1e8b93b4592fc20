import type { FoundError } from '../rules/errors/found-errors.ts'
import { field } from './fields.ts'

/** What a list says of something that is wrong. */
export const errorFields = {
  kind: field<FoundError>('Kind', ({ kind }) => kind),
  code: field<FoundError>('Code', ({ code }) => code),
  subject: field<FoundError>('About', ({ subject }) => subject),
  message: field<FoundError>('What is wrong', ({ message }) => message),
  hint: field<FoundError>('How it is mended', ({ hint }) => hint),
}
