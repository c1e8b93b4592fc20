import * as z from 'zod/mini'
import { centre, centreAnswers } from './json/centres.ts'
import { entryAnswers, keyTime, keyTimeAnswers, progressionTestAnswers } from './json/exams.ts'
import { importAnswers, importRecord } from './json/imports.ts'
import { mailAnswers, message } from './json/mail.ts'
import { error, issue, notice, problem } from './json/parts.ts'
import { programAnswers } from './json/program.ts'
import { authorisation, closing, release, releaseAnswers } from './json/releases.ts'
import { helpDocument, resource, resourceAnswers } from './json/resources.ts'
import { roleAnswers, changedUser, user, userAnswers } from './json/users.ts'
import { event, storeAnswers } from './json/store.ts'
import type { LazyList } from '../lazy-list.ts'

/**
 * The shapes that --json promises, by name; `ssh-admin help json --json` prints them as JSON schemas. The shapes are
 * made only on demand: the answer of a command is checked by its type alone.
 */
export function shapesOfJson() {
  return { ...partShapes(), ...answerShapes() }
}

/** The published shapes as JSON schemas, by name. */
export function jsonSchemas(): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(shapesOfJson()).map(([name, shape]) => [name, { ...z.toJSONSchema(shape) }]),
  )
}

type Shapes = ReturnType<typeof shapesOfJson>
type ShapeName = keyof Shapes

/** A value of a published shape as renderers make it: any list may be one whose items are made as they are needed. */
export type Shape<Name extends ShapeName> = Rendered<z.infer<Shapes[Name]>>

/** Something that a person should know beside an answer. */
export type Notice = Shape<'notice'>

type Rendered<Value> = Value extends readonly (infer Item)[]
  ? LazyList<Rendered<Item>>
  : Value extends object
    ? { readonly [Key in keyof Value]: Rendered<Value[Key]> }
    : Value

export type AnswerName = (typeof answerOf)[CommandWords]
type Without<Value, Key extends PropertyKey> = Value extends object ? Omit<Value, Key> : never

/** What a command answers; the notices are added when it is printed. */
export type JsonAnswer<Name extends AnswerName> = Without<Shape<Name>, 'notices'>
export type AnyJsonAnswer = { [Name in AnswerName]: JsonAnswer<Name> }[AnswerName]

export type JsonKey<Name extends AnswerName> = KeyOf<JsonAnswer<Name>>
type KeyOf<Value> = Value extends object ? keyof Value & string : never

/** An item of the list that a command answers. */
export type JsonItem<Name extends AnswerName> = ItemOf<JsonAnswer<Name>>
type ItemOf<Value> = Value extends object
  ? {
      [Key in keyof Value]: Value[Key] extends string
        ? never
        : Value[Key] extends Iterable<infer Item>
          ? Item
          : never
    }[keyof Value]
  : never

/** The answer of a command that changes something: `dryRun` is added when the answer is printed, too. */
export type JsonOfChange<Name extends AnswerName> = Without<JsonAnswer<Name>, 'dryRun'>
export type AnyJsonOfChange = { [Name in ChangeName]: JsonOfChange<Name> }[ChangeName]
type ChangeName = { [Name in AnswerName]: 'dryRun' extends keyof Shape<Name> ? Name : never }[AnswerName]

type CommandWords = keyof typeof answerOf

/** The shape of each command's answer. */
export const answerOf = {
  'centres import': 'import',
  'centres apply': 'import',
  'centres lint': 'linted',
  'centres imports': 'imports',
  'centres imports show': 'shownImport',
  'centres imports undo': 'undoneImport',
  'centres pins': 'pinSheet',
  'centres list': 'centreList',
  'centres show': 'centreDetails',
  'centres create': 'centres',
  'centres edit': 'centres',
  'centres delete': 'centres',
  'centres restore': 'centres',
  'centres export': 'exportedCentres',
  'centres sample': 'sample',
  'users add': 'users',
  'users list': 'userList',
  'users show': 'userDetails',
  'users edit': 'users',
  'users suspend': 'users',
  'users restore': 'users',
  'users delete': 'deletedUsers',
  'users transfer': 'transfer',
  'users move': 'users',
  'users remove': 'users',
  'users reset-password': 'users',
  'users pin': 'pin',
  'users duplicates': 'duplicates',
  'users erase': 'erasure',
  'users sample': 'sample',
  'users exists': 'exists',
  'coordinator show': 'shownCoordination',
  'coordinator add': 'coordination',
  'coordinator change': 'coordination',
  'coordinator suspend': 'coordination',
  'coordinator restore': 'coordination',
  'associates list': 'associateList',
  'associates show': 'associate',
  'associates assign': 'assigned',
  'associates unassign': 'assigned',
  'roles list': 'roleList',
  'roles grant': 'users',
  'roles revoke': 'users',
  'roles check': 'permission',
  'progression-tests import': 'progressionTestsImport',
  'progression-tests sample': 'sample',
  'entries sample': 'sample',
  'key-times sample': 'sample',
  'progression-tests list': 'progressionTests',
  'key-times import': 'keyTimesImport',
  'key-times apply': 'keyTimesImport',
  'key-times list': 'keyTimeList',
  'key-times show': 'shownKeyTimes',
  'key-times edit': 'changedKeyTime',
  'resources upload': 'changedResources',
  'resources list': 'resourceList',
  'resources show': 'resource',
  'resources download': 'download',
  'resources withdraw': 'changedResources',
  'resources restore': 'changedResources',
  'errors list': 'errorList',
  'releases create': 'createdRelease',
  'releases list': 'releaseList',
  'releases show': 'shownRelease',
  'releases edit': 'changedRelease',
  'releases publish': 'publishedRelease',
  'releases withdraw': 'changedRelease',
  'releases authorisations': 'authorisationList',
  'entries import': 'entriesImport',
  'entries apply': 'entriesImport',
  'entries list': 'entryList',
  'help-documents upload': 'changedHelpDocuments',
  'help-documents list': 'helpDocumentList',
  'help-documents download': 'download',
  'help-documents replace': 'changedHelpDocuments',
  'help-documents withdraw': 'changedHelpDocuments',
  'account request': 'accountRequest',
  'account activate': 'account',
  'account set-up': 'account',
  'account verify': 'account',
  'account sign-in': 'account',
  'mail list': 'messageList',
  'mail show': 'shownMessage',
  'mail send': 'messages',
  'mail cancel': 'cancelledMessages',
  'templates list': 'templateList',
  'templates show': 'template',
  'templates edit': 'changedTemplate',
  'templates preview': 'templatePreview',
  'templates reset': 'changedTemplate',
  'audit list': 'auditList',
  'audit export': 'auditExport',
  'audit verify': 'auditVerdict',
  'store init': 'createdStore',
  'store info': 'store',
  'store check': 'storeCheck',
  'store backup': 'backup',
  'store copy': 'copiedStore',
  'store restore': 'restoredStore',
  'store migrate': 'migratedStore',
  'store rekey': 'rekeyedStore',
  'store accept-clock': 'acceptedClock',
  find: 'found',
  batch: 'batch',
  whoami: 'whoami',
  version: 'version',
  seed: 'seededStore',
  status: 'status',
  config: 'settings',
  'config show': 'settings',
  'config set': 'changedSetting',
  'config unset': 'changedSetting',
  'config edit': 'changedSetting',
  completion: 'completionScript',
  help: 'help',
} as const satisfies Record<string, keyof ReturnType<typeof answerShapes>>

/** The shapes of which answers are made. */
const partShapes = () => ({
  user: user(),
  keyTime: keyTime(),
  keptResource: resource(),
  release: release(),
  authorisation: authorisation(),
  closing: closing(),
  helpDocument: helpDocument(),
  changedUser: changedUser(),
  centre: centre(),
  message: message(),
  event: event(),
  issue: issue(),
  importRecord: importRecord(),
  notice: notice(),
  problem: problem(),
  error: error(),
})

const answerShapes = () => ({
  ...importAnswers(),
  ...centreAnswers(),
  ...userAnswers(),
  ...roleAnswers(),
  ...progressionTestAnswers(),
  ...keyTimeAnswers(),
  ...entryAnswers(),
  ...releaseAnswers(),
  ...resourceAnswers(),
  ...mailAnswers(),
  ...storeAnswers(),
  ...programAnswers(),
})
