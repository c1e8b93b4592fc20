import type { LetterParts } from './parts.ts'

export const invitation: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} invites you to use Cambridge's online services{% if centreName != "" %} for {{ centreName }} ({{ centreNumber }}){% endif %}.

What to do:

1. Go to {{ hub }} and choose "Activate account".
2. Type your e-mail address, {{ email }}, and this temporary password:

   {{ temporaryPassword }}

3. Choose your own password.
4. We send you an e-mail with a code. Type the code, and your account is ready.

Please do this within {{ lifetime }}, before {{ until }}. Then the temporary password stops working; choose "Activate account" again to get a new message.

You do not know this centre, or you did not expect this message? Do nothing. Please do not give the temporary password to anyone.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} invites you to use Cambridge's online services{% if centreName != "" %} for <strong>{{ centreName }}</strong> ({{ centreNumber }}){% endif %}.</p>
<p><strong>What to do:</strong></p>
<ol>
<li>Go to <a href="{{ hub }}">{{ hub }}</a> and choose “Activate account”.</li>
<li>Type your e-mail address, {{ email }}, and this temporary password:<p class="code">{{ temporaryPassword }}</p></li>
<li>Choose your own password.</li>
<li>We send you an e-mail with a code. Type the code, and your account is ready.</li>
</ol>
<p>Please do this within {{ lifetime }}, before <strong>{{ until }}</strong>. Then the temporary password stops working; choose “Activate account” again to get a new message.</p>
<p class="small">You do not know this centre, or you did not expect this message? Do nothing. Please do not give the temporary password to anyone.</p>
`,
}
