import type { LetterParts } from './parts.ts'

export const accountActivation: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} made an account for you on the Cambridge School Support Hub, for {{ centreName }} ({{ centreNumber }}). To open it you need a PIN: eight digits, for example 0000 0000. For your safety the PIN is not in this message. Your school gives it to you.

What to do:

1. Ask the coordinator or the exams officer of your school for your PIN.
2. Go to {{ hub }} and choose "Activate account".
3. Type your e-mail address, {{ email }}, and the PIN.
4. Choose your password.
5. We send you an e-mail with a code. Type the code, and your account is ready.

Please do this before {{ until }}. Then the PIN stops working, and you need a new one from your school.

You do not know this school, or you did not expect this message? Do nothing. Without the PIN nobody can open the account.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} made an account for you on the Cambridge School Support Hub, for <strong>{{ centreName }}</strong> ({{ centreNumber }}). To open it you need a PIN: eight digits, for example 0000 0000. For your safety the PIN is not in this message. Your school gives it to you.</p>
<p><strong>What to do:</strong></p>
<ol>
<li>Ask the coordinator or the exams officer of your school for your PIN.</li>
<li>Go to <a href="{{ hub }}">{{ hub }}</a> and choose “Activate account”.</li>
<li>Type your e-mail address, {{ email }}, and the PIN.</li>
<li>Choose your password.</li>
<li>We send you an e-mail with a code. Type the code, and your account is ready.</li>
</ol>
<p>Please do this before <strong>{{ until }}</strong>. Then the PIN stops working, and you need a new one from your school.</p>
<p class="small">You do not know this school, or you did not expect this message? Do nothing. Without the PIN nobody can open the account.</p>
`,
}
