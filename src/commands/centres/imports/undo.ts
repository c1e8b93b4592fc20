import { comparableClosing, renderWithClosing, withClosing } from '../../../render/closing.ts'
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
  return `Take back import ${id} (${file})? ${count(undone.centresRemoved, 'centre')} and ${count(undone.usersRemoved, 'user')} go, ${count(undone.pinsVoided, 'PIN')} will be void${left.length > 0 ? `, ${count(left.length, 'thing')} that changed since ${left.length === 1 ? 'stays' : 'stay'}` : ''}.`
}
