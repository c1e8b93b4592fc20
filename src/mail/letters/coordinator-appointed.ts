import type { LetterParts } from './parts.ts'

export const coordinatorAppointed: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} made you the School Support Hub coordinator for {{ centreName }} ({{ centreNumber }}). A coordinator gives colleagues their accounts, and takes care of them.

What to do: nothing now. Your e-mail address, {{ email }}, and your password stay the same. The next time you sign in at {{ hub }} you will see the pages for coordinators.

You are not the right person? Please tell the person in your school who works with Cambridge.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} made you the School Support Hub <strong>coordinator</strong> for <strong>{{ centreName }}</strong> ({{ centreNumber }}). A coordinator gives colleagues their accounts, and takes care of them.</p>
<p><strong>What to do:</strong> nothing now. Your e-mail address, {{ email }}, and your password stay the same. The next time you sign in you will see the pages for coordinators.</p>
<p><a class="button" href="{{ hub }}">Go to the School Support Hub</a></p>
<p class="small">You are not the right person? Please tell the person in your school who works with Cambridge.</p>
`,
}
