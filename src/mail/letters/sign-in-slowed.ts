import type { LetterParts } from './parts.ts'

export const signInSlowed: LetterParts = {
  text: `Dear {{ name }},

Somebody typed ten wrong passwords, one after the other, for your account, {{ email }}, on the Cambridge School Support Hub. Nobody has signed in with them.

So that nobody can go on guessing, there is now a pause after each wrong password: one minute at first, and one hour at most. After a hundred, only a new password opens the account.

It was you? Wait a little and sign in, or go to {{ hub }} and choose "Forgotten your password?". With a new password there is no pause.

It was not you? Your password still works and protects your account. If you use it anywhere else, please choose a new one. We send this message one time only, however long it goes on.
`,
  html: `<p>Dear {{ name }},</p>
<p>Somebody typed ten wrong passwords, one after the other, for your account, {{ email }}, on the Cambridge School Support Hub. Nobody has signed in with them.</p>
<p>So that nobody can go on guessing, there is now a pause after each wrong password: one minute at first, and one hour at most. After a hundred, only a new password opens the account.</p>
<p><strong>It was you?</strong> Wait a little and sign in, or go to <a href="{{ hub }}">{{ hub }}</a> and choose “Forgotten your password?”. With a new password there is no pause.</p>
<p><strong>It was not you?</strong> Your password still works and protects your account. If you use it anywhere else, please choose a new one.</p>
<p class="small">We send this message one time only, however long it goes on.</p>
`,
}
