export const mail = `Without a mail server each message is written to the mail directory as an .eml file, which any mail
program opens, and the command says so. Nothing is sent.

With --smtp or SSH_ADMIN_SMTP_URL messages are sent after the change is made:

  smtp://user@host:587      begins plainly and turns to TLS, which is required
  smtps://user@host:465     TLS from the start
  smtp://127.0.0.1:1025?ignoreTLS=true    without TLS, to this machine only

The password comes from the file that SSH_ADMIN_SMTP_PASSWORD_FILE names.

What cannot be delivered now waits in the outbox (exit 9):

  ssh-admin mail list          what waits, what was sent, what failed
  ssh-admin mail send          try everything that waits, now
  ssh-admin mail send --due    for cron: what is due, with growing pauses
  ssh-admin mail send --failed what the server refused for good, again

The words of the letters can be changed: ssh-admin templates list.`
