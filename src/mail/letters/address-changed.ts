import type { LetterParts } from './parts.ts'

export const addressChanged: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} changed the e-mail address of your account on the Cambridge School Support Hub.

Old address: {{ oldEmail }}
New address: {{ newEmail }}

What to do: from now on, sign in at {{ hub }} with the new address. Your password stays the same. Links in older messages do not work any more.

You do not have a password yet? Go to {{ hub }} and choose "Activate account". Type the new address, and you will get a new link.

You did not expect this? Please tell the coordinator of your school at once{% if centreName != "" %} ({{ centreName }}, {{ centreNumber }}){% endif %}. We send this message to both addresses, so that you know.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} changed the e-mail address of your account on the Cambridge School Support Hub.</p>
<p>Old address: <strong>{{ oldEmail }}</strong><br>New address: <strong>{{ newEmail }}</strong></p>
<p><strong>What to do:</strong> from now on, sign in at <a href="{{ hub }}">{{ hub }}</a> with the new address. Your password stays the same. Links in older messages do not work any more.</p>
<p>You do not have a password yet? Go to <a href="{{ hub }}">{{ hub }}</a> and choose “Activate account”. Type the new address, and you will get a new link.</p>
<p class="small">You did not expect this? Please tell the coordinator of your school at once{% if centreName != "" %} ({{ centreName }}, {{ centreNumber }}){% endif %}. We send this message to both addresses, so that you know.</p>
`,
}
