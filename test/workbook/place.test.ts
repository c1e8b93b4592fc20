import { link, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkPlace, placeFile, refusal, temporaryName } from '../../src/workbook/place.ts'
import { fileOf } from './book.ts'

describe('putting a file in its place', () => {
  it('replaces what was there in one step and leaves nothing else', async () => {
    const path = await fileOf('old', 'pins.csv')
    const temporary = temporaryName(path)
    expect(dirname(temporary)).toBe(dirname(path))
    expect(temporary).not.toBe(temporaryName(path))
    await writeFile(temporary, 'new')
    await placeFile(temporary, path)
    expect(await readFile(path, 'utf8')).toBe('new')
    expect(await readdir(dirname(path))).toEqual(['pins.csv'])
  })

  it('is checked beforehand', async () => {
    const input = await fileOf('a', 'centres.csv')
    const folder = dirname(input)
    expect(await checkPlace(join(folder, 'new.csv'), input)).toEqual({ exists: false })
    await writeFile(join(folder, 'there.csv'), '')
    expect(await checkPlace(join(folder, 'there.csv'), input)).toEqual({ exists: true })
    await mkdir(join(folder, 'out'))
    await expect(checkPlace(join(folder, 'out'))).rejects.toMatchObject({ code: 'file-is-a-folder' })
    await expect(checkPlace(join(folder, 'no', 'a.csv'))).rejects.toMatchObject({ code: 'file-no-folder' })
    await expect(checkPlace(join(input, 'a.csv'))).rejects.toMatchObject({ code: 'file-no-folder' })
    await link(input, join(folder, 'alias.csv'))
    await expect(checkPlace(join(folder, 'alias.csv'), input)).rejects.toMatchObject({
      code: 'file-is-the-input',
    })
    await expect(placeFile(join(folder, 'never'), join(folder, 'x'))).rejects.toMatchObject({
      name: 'UnusableFile',
    })
  })

  it.each([
    ['EACCES', 'you may not write there'],
    ['EROFS', 'the disk is read-only'],
    ['ENOSPC', 'the disk is full'],
  ])('says in words what %s means', (code, words) => {
    const error = Object.assign(new Error(`${code}: in the system’s words`), { code, syscall: 'open' })
    expect(refusal('/office/pins.xlsx', error)).toMatchObject({
      code: 'file-not-writable',
      message: `/office/pins.xlsx cannot be written: ${words}`,
    })
  })
})
