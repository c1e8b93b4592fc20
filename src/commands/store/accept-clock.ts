import { plainTime } from '../../plain-time.ts'
import { voidedInWords } from '../../render/store.ts'
import { markedAnswer } from '../../render/text.ts'
import { acceptClock } from '../../rules/store/events.ts'
import { mutation } from '../../cli/define.ts'

export const acceptClockCommand = () =>
  mutation({
    name: 'accept-clock',
    summary: "take this machine's clock for right, and the store's time for wrong",
    description:
      "Take this machine's clock for right where the last event in the store is later than it says. Time counts anew from now; PINs and links that were issued later than now are void. Where the machine's clock is the wrong one, set that instead.",
    examples: ['ssh-admin store accept-clock --yes', 'ssh-admin store accept-clock --dry-run'],
    clock: 'is-accepted',
    act: (trx, ctx) => acceptClock(trx, { ctx }),
    confirm: {
      // Without the present time, which passes while the question is open.
      comparable: ({ changed, lastEventAt, voided }) => [changed, lastEventAt, voided],
      question: ({ changed, acceptedAt, lastEventAt, voided }) =>
        changed
          ? `The clock says ${plainTime(acceptedAt)}, the last event is of ${momentOf(lastEventAt)}. Is the clock right, and shall time count anew from it? That voids ${voidedInWords(voided)}.`
          : undefined,
    },
    render: ({ changed, acceptedAt, lastEventAt, voided }, view) => {
      const time = (iso: string | null) => (view.isTerminal ? momentOf(iso) : iso)
      const message = changed
        ? `Time counts anew from ${time(acceptedAt)}; the last event was of ${time(lastEventAt)}. This voided ${voidedInWords(voided)}.`
        : `The clock, ${time(acceptedAt)}, is not behind the last event; nothing to do.`
      return markedAnswer(message, { changed, view })
    },
    json: (accepted) => accepted,
  })

function momentOf(iso: string | null): string {
  return iso === null ? 'no time yet' : plainTime(iso)
}
