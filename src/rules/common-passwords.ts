/** What people choose and others guess first: none of these may be in a short password. */
export const commonPasswords: readonly string[] = `
password passwort motdepasse contrasena parola senha wachtwoord qwerty qwertz azerty asdfgh zxcvbn
qazwsx 1q2w3e 1qaz2wsx abc123 abcdef 123456 234567 345678 456789 567890 654321 987654 000000 111111
112233 121212 123123 123321 131313 159753 222222 333333 444444 555555 666666 696969 777777 789456
888888 999999 102030 101010 147258 147852 159357 246810 314159 iloveyou welcome letmein login admin
administrator root access master secret changeme default guest user test1234 temp1234 temporary
monkey dragon football baseball basketball soccer hockey princess sunshine shadow superman batman
spiderman pokemon starwars naruto minecraft fortnite trustno1 whatever freedom flower purple orange
cookie chocolate butterfly angel lovely loveme babygirl michael jennifer jordan ashley daniel thomas
charlie andrew matthew joshua jessica michelle anthony william robert nicole hannah samantha harley
hunter ranger buster tigger ginger pepper maggie summer winter spring autumn january february april
august september october november december monday tuesday wednesday thursday friday saturday sunday
london paris berlin cairo dubai delhi mumbai karachi jakarta singapore malaysia england america
liverpool arsenal chelsea barcelona realmadrid manchester juventus ferrari mercedes porsche corvette
mustang yamaha samsung google apple microsoft facebook instagram youtube internet computer killer
hello hallo bonjour family mother father friend forever number1 blink182 hottie lovers money
teacher student pupil school college academy lesson classroom homework headmaster principal education
cambridge oxford international exam exams supporthub coordinator examsofficer mathematics science
english biology physics chemistry geography history kindergarten university library
`
  .trim()
  .split(/\s+/)
