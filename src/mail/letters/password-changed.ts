import type { LetterParts } from './parts.ts'

export const passwordChanged: LetterParts = {
  text: `Dear {{ name }},

The password of your account, {{ email }}, on the Cambridge School Support Hub was changed.

It was you? There is nothing to do. From now on, sign in at {{ hub }} with the new password. Links and PINs that you did not use do not work any more.

It was not you? Go to {{ hub }} at once and choose "Forgotten your password?". Then tell the coordinator of your school{% if centreName != "" %} ({{ centreName }}, {{ centreNumber }}){% endif %}.
`,
  html: `<p>Dear {{ name }},</p>
<p>The password of your account, {{ email }}, on the Cambridge School Support Hub was changed.</p>
<p><strong>It was you?</strong> There is nothing to do. From now on, sign in at <a href="{{ hub }}">{{ hub }}</a> with the new password. Links and PINs that you did not use do not work any more.</p>
<p><strong>It was not you?</strong> Go to <a href="{{ hub }}">{{ hub }}</a> at once and choose “Forgotten your password?”. Then tell the coordinator of your school{% if centreName != "" %} ({{ centreName }}, {{ centreNumber }}){% endif %}.</p>
`,
}
