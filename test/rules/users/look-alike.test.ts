import fc from 'fast-check'
import { domainToASCII } from 'node:url'
import { describe, expect, it } from 'vitest'
import { lookAlikeDomains, lookAlikeFilter } from '../../../src/rules/users/look-alike.ts'

const label = fc.constantFrom(
  'coca',
  'соса',
  'c0ca',
  'сосa',
  'corn',
  'com',
  'сом',
  'tow',
  'тош',
  'vv',
  'школа',
  'môn',
  'mail',
)
const domain = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 3 }), fc.constantFrom('example', 'сом', 'com'))
  .map(([labels, last]) => domainToASCII([...labels, last].join('.')))

describe('which domains in use may read as those of a workbook', () => {
  it('leaves out none that does', () => {
    fc.assert(
      fc.property(fc.array(domain), fc.array(domain), (domains, inUse) => {
        const some = lookAlikeFilter(domains)(inUse.join('\n'))
        expect([...lookAlikeDomains(domains, some)]).toEqual([...lookAlikeDomains(domains, inUse)])
      }),
      { numRuns: 2000 },
    )
  })

  it('finds the same among addresses as among their domains', () => {
    fc.assert(
      fc.property(fc.array(domain), fc.array(domain), (domains, inUse) => {
        const addresses = inUse.map((domain) => `a.b@${domain}`)
        const wanted = new Set(lookAlikeFilter(domains)(inUse.join('\n')))
        const among = new Set(lookAlikeFilter(domains)(addresses.join('\n')))
        expect(among).toEqual(wanted)
      }),
      { numRuns: 500 },
    )
  })

  it('leaves out nearly all others', () => {
    const others = ['school.example', 'coca.example.org', 'example', 'a.b.c']
    expect(lookAlikeFilter([domainToASCII('соса.example')])(others.join('\n'))).toEqual([])
  })
})
