import { comparableClosing, renderWithClosing, withClosing } from '../../../render/closing.ts'
import { partedLeft } from '../../../rules/imports/left-alone.ts'
import { type Undone, undoImport } from '../../../import/undo.ts'
import { renderUndone, undoneJson } from '../../../render/imports.ts'
import { count } from '../../../render/text.ts'
import { importNumber } from '../../../rules/imports/find.ts'
import { mutation } from '../../../cli/define.ts'
import { argument, withValues } from '../../../cli/parameters.ts'

export const undo = () =>
  mutation({
    name: 'undo',
    summary: 'take an import back',
    description: `Take an import back as if it had not been: what it created goes, old names and what it deleted come back,
its PINs are void and its waiting letters cancelled. What changed since is listed and left alone.`,
    args: { id: withValues({ stored: 'import' }, argument('the number of the import', importNumber)) },
    examples: ['ssh-admin centres imports undo 1 --yes'],
    act: (trx, ctx, { id }) => undoImport(trx, { id, ctx }),
    confirm: {
      comparable: ({ changed, undone, left, closes, import: { id, file, state } }) => [
        id,
        file,
        state,
        changed,
        undone,
        left,
        comparableClosing(closes),
      ],
      question: (done) => withClosing(undoQuestion(done), done),
    },
    render: (done, view) => `${renderWithClosing(renderUndone(done, view), done, view)}\n`,
    json: undoneJson,
  })

function undoQuestion({ changed, undone, left, import: { id, file } }: Undone): string | undefined {
  if (!changed) return undefined
  const {
    namesGivenBack,
    centresRestored,
    usersRestored,
    centresDeletedAgain,
    pinsVoided,
    lettersCancelled,
  } = undone
  const { changed: since, letters } = partedLeft(left)
  const gone = counted(undone.centresRemoved, undone.usersRemoved)
  const restored = counted(centresRestored, usersRestored)
  const parts = [
    gone.length > 0 &&
      `${gone.join(' and ')} ${verb(undone.centresRemoved + undone.usersRemoved, 'go', 'goes')}`,
    namesGivenBack > 0 &&
      `${count(namesGivenBack, 'centre')} ${verb(namesGivenBack, 'get')} the old name back`,
    restored.length > 0 && `${restored.join(' and ')} ${verb(centresRestored + usersRestored, 'come')} back`,
    centresDeletedAgain > 0 &&
      `${count(centresDeletedAgain, 'centre')} ${verb(centresDeletedAgain, 'are', 'is')} deleted again`,
    pinsVoided > 0 && `${count(pinsVoided, 'PIN')} will be void`,
    lettersCancelled > 0 &&
      `${count(lettersCancelled, 'waiting letter')} ${verb(lettersCancelled, 'are', 'is')} cancelled`,
    since.length > 0 && `${count(since.length, 'thing')} that changed since ${verb(since.length, 'stay')}`,
    letters.length > 0 &&
      `${count(letters.length, 'letter')} ${verb(letters.length, 'were', 'was')} sent already`,
  ].filter((part) => part !== false)
  return [`Take back import ${id} (${file})?`, parts.length > 0 && `${parts.join(', ')}.`]
    .filter(Boolean)
    .join(' ')
}

function counted(centres: number, users: number): string[] {
  return [centres > 0 && count(centres, 'centre'), users > 0 && count(users, 'user')].filter(
    (part) => part !== false,
  )
}

/** @param ofOne the verb after one, where it is more than an s longer */
function verb(many: number, ofMany: string, ofOne = `${ofMany}s`): string {
  return many === 1 ? ofOne : ofMany
}
