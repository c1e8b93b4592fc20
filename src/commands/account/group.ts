import type { Noun } from '../../cli/group.ts'

export const account: Noun = {
  summary: "what an account's owner does: activate, set up, sign in",
  verbs: {
    request: async () => (await import('./request.ts')).request,
    activate: async () => (await import('./activate.ts')).activate,
    'set-up': async () => (await import('./set-up.ts')).setUp,
    verify: async () => (await import('./verify.ts')).verify,
    'sign-in': async () => (await import('./sign-in.ts')).signInCommand,
  },
}
