import type { LetterParts } from './parts.ts'

export const passwordReset: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} asked for a new password for your account, {{ email }}, on the Cambridge School Support Hub.

What to do: open this link and choose a new password.

{{ link }}

Please do this within {{ lifetime }}, before {{ until }}. You can use the link one time. Your old password works until you choose a new one.

The link is too old? Go to {{ hub }} and choose "Forgotten your password?". You will get a new link.

Nobody should have asked for this? Do nothing: your password does not change. Please do not give the link to anyone.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} asked for a new password for your account, {{ email }}, on the Cambridge School Support Hub.</p>
<p><strong>What to do:</strong> choose a new password.</p>
<p><a class="button" href="{{ link }}">Choose a new password</a></p>
<p>Please do this within {{ lifetime }}, before <strong>{{ until }}</strong>. You can use the link one time. Your old password works until you choose a new one. If the button does not work, copy this link into your browser:</p>
<p class="link">{{ link }}</p>
<p>The link is too old? Go to <a href="{{ hub }}">{{ hub }}</a> and choose “Forgotten your password?”. You will get a new link.</p>
<p class="small">Nobody should have asked for this? Do nothing: your password does not change. Please do not give the link to anyone.</p>
`,
}
