import type { LetterParts } from './parts.ts'

export const verificationCode: LetterParts = {
  text: `Dear {{ name }},

You chose a password for your account, {{ email }}, on the Cambridge School Support Hub. With this code you show us that this e-mail address is yours:

   {{ code }}

What to do: type the code on the page where you chose your password.

Please do this within {{ lifetime }}, before {{ until }}. You can try 5 times.

You did not choose a password? Then somebody else typed your address. Do nothing, and please do not give the code to anyone: people from Cambridge never ask for it.
`,
  html: `<p>Dear {{ name }},</p>
<p>You chose a password for your account, {{ email }}, on the Cambridge School Support Hub. With this code you show us that this e-mail address is yours:</p>
<p class="code">{{ code }}</p>
<p><strong>What to do:</strong> type the code on the page where you chose your password.</p>
<p>Please do this within {{ lifetime }}, before <strong>{{ until }}</strong>. You can try 5 times.</p>
<p class="small">You did not choose a password? Then somebody else typed your address. Do nothing, and please do not give the code to anyone: people from Cambridge never ask for it.</p>
`,
}
