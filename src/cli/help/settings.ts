export const settings = `A setting comes from a flag, else from the environment, else from the configuration file, else it
has its default. ssh-admin config shows each value and where it came from.

  --db PATH        SSH_ADMIN_DB                  the store; $XDG_DATA_HOME/ssh-admin/hub.db
  --key-file PATH  SSH_ADMIN_KEY_FILE            its key; the store's path + .key
  --as EMAIL       SSH_ADMIN_AS                  act for this user, with their rights; Cambridge staff (staff)
                   SSH_ADMIN_AS_REQUIRED         1: every command must say --as (asRequired: true in the file)
  --smtp URL       SSH_ADMIN_SMTP_URL            the mail server; none (see: ssh-admin help mail)
                   SSH_ADMIN_SMTP_PASSWORD_FILE  a file with the mail server's password
  --mail-dir PATH  SSH_ADMIN_MAIL_DIR            where messages are written; the store's path + .mail
                   SSH_ADMIN_MAIL_FROM           noreply@cambridgeinternational.org
                   SSH_ADMIN_BASE_URL            https://support.cambridgeinternational.example

An empty setting is a mistake (exit 2), so that a script whose variable is empty never acts on the
default; so is a store, a key or a folder that is named by an address such as postgres://.

The configuration file is $XDG_CONFIG_HOME/ssh-admin/config.json. It may hold: db, keyFile, as, smtp,
smtpPasswordFile, mailDir, mailFrom, baseUrl. For example:

  { "db": "/srv/hub/hub.db", "keyFile": "/etc/ssh-admin/hub.key", "smtp": "smtps://hub@mail.school.example" }

NO_COLOR, FORCE_COLOR, TERM=dumb, CI and COLUMNS are honoured.`
