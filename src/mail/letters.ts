import type { LetterName, LetterParts } from '../rules/mail/letters.ts'

const accountSetUp: LetterParts = {
  text: `Dear {{ name }},

{{ sender }} made an account for you on the Cambridge School Support Hub{% if centreName != "" %}, for {{ centreName }} ({{ centreNumber }}){% endif %}.

What to do: open this link and choose your password.

{{ link }}

Please do this within {{ lifetime }}, before {{ until }}. You can use the link one time.

When you have a password, sign in with your e-mail address, {{ email }}, at {{ hub }}

The link is too old? Go to {{ hub }} and choose "Activate account". You will get a new link.

You do not know this centre, or you did not expect this message? Do nothing. Without the link nobody can use the account. Please do not give the link to anyone.
`,
  html: `<p>Dear {{ name }},</p>
<p>{{ sender }} made an account for you on the Cambridge School Support Hub{% if centreName != "" %}, for <strong>{{ centreName }}</strong> ({{ centreNumber }}){% endif %}.</p>
<p><strong>What to do:</strong> choose your password.</p>
<p><a class="button" href="{{ link }}">Choose my password</a></p>
<p>Please do this within {{ lifetime }}, before <strong>{{ until }}</strong>. You can use the link one time. If the button does not work, copy this link into your browser:</p>
<p class="link">{{ link }}</p>
<p>When you have a password, sign in with your e-mail address, {{ email }}, at <a href="{{ hub }}">{{ hub }}</a>.</p>
<p>The link is too old? Go to the same page and choose “Activate account”. You will get a new link.</p>
<p class="small">You do not know this centre, or you did not expect this message? Do nothing. Without the link nobody can use the account. Please do not give the link to anyone.</p>
`,
}

const coordinatorSetUp: LetterParts = {
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

const coordinatorAppointed: LetterParts = {
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

const passwordReset: LetterParts = {
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

const invitation: LetterParts = {
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

const addressChanged: LetterParts = {
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

const verificationCode: LetterParts = {
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

const accountActivation: LetterParts = {
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

const passwordChanged: LetterParts = {
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

const signInSlowed: LetterParts = {
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

/** Every letter as it is shipped. */
export const shippedLetters: Readonly<Record<LetterName, LetterParts>> = {
  'account-set-up': accountSetUp,
  'coordinator-set-up': coordinatorSetUp,
  'coordinator-appointed': coordinatorAppointed,
  'password-reset': passwordReset,
  invitation,
  'address-changed': addressChanged,
  'verification-code': verificationCode,
  'account-activation': accountActivation,
  'password-changed': passwordChanged,
  'sign-in-slowed': signInSlowed,
}

/** Styles of single elements, because some mailboxes remove the style sheet of the page. */
const styles = {
  body: "margin: 0; background: #eef1f4; color: #1d2733; font: 16px/1.55 system-ui, 'Segoe UI', Roboto, Arial, sans-serif;",
  main: 'display: block; max-width: 36rem; margin: 0 auto; padding: 1.5rem; background: #ffffff; overflow-wrap: anywhere;',
  h1: 'margin: 0 0 1.25rem; padding: 0 0 0.75rem; border-bottom: 3px solid #0a6e8a; font-size: 1.15rem; line-height: 1.35;',
  footer:
    'color: #55616e; font-size: 0.875rem; margin-top: 1.5rem; padding-top: 0.75rem; border-top: 1px solid #d5dbe1;',
} as const

/** Styles of the elements that a letter, also one changed by staff, marks with a class. */
const stylesOfClasses: Readonly<Record<string, string>> = {
  button:
    'display: inline-block; padding: 0.7rem 1.25rem; border-radius: 0.4rem; background: #0a6e8a; color: #ffffff; font-weight: 600; text-decoration: none;',
  code: 'font: 600 1.15rem/1.4 ui-monospace, Consolas, Menlo, monospace;',
  link: 'font-size: 0.85rem;',
  small: 'color: #55616e; font-size: 0.875rem;',
}

/** A dark mailbox that removes the page's style sheet would show links in a pale colour, on a page that stays white. */
const styleOfLinks = 'color: #0a6e8a;'

/**
 * The rules that an element's own style cannot express; the dark ones must take precedence over the styles of elements.
 */
const styleSheet = `
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  li { margin-bottom: 0.4rem; }
  li p { margin: 0.4rem 0; }
  @media (prefers-color-scheme: dark) {
    body { background: #10161d !important; color: #e6ebf0 !important; }
    main { background: #18212b !important; }
    h1 { border-color: #4fb6d1 !important; }
    a { color: #7fd0e6 !important; }
    a.button { background: #4fb6d1 !important; color: #10161d !important; }
    .small, footer { color: #a7b3bf !important; }
    footer { border-color: #33404d !important; }
  }
`

/** The page round a letter, with its styles and its sender. Nothing is loaded from elsewhere. */
export function htmlPage({ subject, body }: { subject: string; body: string }): string {
  const title = escaped(subject)
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${styleSheet}</style>
</head>
<body style="${styles.body}">
<main style="${styles.main}">
<h1 style="${styles.h1}">${title}</h1>
${inlineStyles(body.trim())}
<footer style="${styles.footer}">
<p>${escaped(sender)}</p>
</footer>
</main>
</body>
</html>
`
}

/** Adds the styles to elements that have no style of their own. */
function inlineStyles(body: string): string {
  return body
    .replace(/<[a-z][^>]*\sclass="([a-z]+)"[^>]*>/g, (element, name: string) => {
      const style = stylesOfClasses[name]
      if (style === undefined || /\sstyle=/.test(element)) return element
      return element.replace(/\sclass="/, ` style="${style}" class="`)
    })
    .replace(/<a(?=\s)(?![^>]*\sstyle=)/g, `<a style="${styleOfLinks}"`)
}

const sender =
  'Cambridge International Education, School Support Hub. This message was sent automatically; answers to it are not read.'

/** Ends a plain text with the sender, as the page does. */
export function withSender(text: string): string {
  return `${text.trim()}\n\n-- \n${sender}\n`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
