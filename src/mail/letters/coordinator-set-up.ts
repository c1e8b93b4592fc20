import type { LetterParts } from './parts.ts'

export const coordinatorSetUp: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} made you the School Support Hub coordinator for {{ centreName }} ({{ centreNumber }}). A coordinator gives colleagues their accounts, and takes care of them.

What to do: open this link and choose your password.

{{ link }}

Please do this within {{ lifetime }}, before {{ until }}. You can use the link one time.

When you have a password, sign in with your e-mail address, {{ email }}, at {{ hub }}

The link is too old? Go to {{ hub }} and choose "Activate account". You will get a new link.

You are not the right person, or you did not expect this message? Do nothing, and please tell the person in your school who works with Cambridge. Without the link nobody can use the account. Please do not give the link to anyone.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} made you the School Support Hub <strong>coordinator</strong> for <strong>{{ centreName }}</strong> ({{ centreNumber }}). A coordinator gives colleagues their accounts, and takes care of them.</p>
<p><strong>What to do:</strong> choose your password.</p>
<p><a class="button" href="{{ link }}">Choose my password</a></p>
<p>Please do this within {{ lifetime }}, before <strong>{{ until }}</strong>. You can use the link one time. If the button does not work, copy this link into your browser:</p>
<p class="link">{{ link }}</p>
<p>When you have a password, sign in with your e-mail address, {{ email }}, at <a href="{{ hub }}">{{ hub }}</a>.</p>
<p>The link is too old? Go to the same page and choose “Activate account”. You will get a new link.</p>
<p class="small">You are not the right person, or you did not expect this message? Do nothing, and please tell the person in your school who works with Cambridge. Without the link nobody can use the account. Please do not give the link to anyone.</p>
`,
}
