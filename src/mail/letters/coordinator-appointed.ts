import type { LetterParts } from './parts.ts'

export const coordinatorAppointed: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} made you the School Support Hub coordinator for {{ centreName }} ({{ centreNumber }}). A coordinator gives colleagues their accounts, and takes care of them.

What to do: nothing now. You use the same e-mail address, {{ email }}, and the same password. The next time you sign in at {{ hub }} you will see the pages for coordinators.

You do not have a password yet? Use the link in our earlier message. Or go to {{ hub }} and choose "Activate account": you will get a new link.

You are not the right person? Please tell the person in your school who works with Cambridge.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} made you the School Support Hub <strong>coordinator</strong> for <strong>{{ centreName }}</strong> ({{ centreNumber }}). A coordinator gives colleagues their accounts, and takes care of them.</p>
<p><strong>What to do:</strong> nothing now. You use the same e-mail address, {{ email }}, and the same password. The next time you sign in you will see the pages for coordinators.</p>
<p><a class="button" href="{{ hub }}">Go to the School Support Hub</a></p>
<p>You do not have a password yet? Use the link in our earlier message. Or go to <a href="{{ hub }}">{{ hub }}</a> and choose “Activate account”: you will get a new link.</p>
<p class="small">You are not the right person? Please tell the person in your school who works with Cambridge.</p>
`,
}
