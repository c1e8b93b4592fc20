import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import * as z from 'zod'
import { parseServerAddress } from '../src/server-address.ts'

const docs = join(import.meta.dirname, '..', 'docs')
const document = readFileSync(join(docs, 'shared-store.md'), 'utf8')
const compose = readFileSync(join(docs, 'shared-store.compose.yaml'), 'utf8')

const shape = z.strictObject({
  services: z.strictObject({
    hub: z.strictObject({
      image: z.string(),
      restart: z.string(),
      environment: z.record(z.string(), z.string()),
      ports: z.array(z.string()),
      volumes: z.array(z.string()),
      healthcheck: z.strictObject({ test: z.array(z.string()), interval: z.string() }),
    }),
  }),
  volumes: z.record(z.string(), z.null()),
})

describe('the server for those who have containers', () => {
  const { services, volumes } = shape.parse(parse(compose))
  const { hub } = services

  it('is of a version that is promised', () => {
    const [, from = '', to = ''] = /PostgreSQL server\s\((\d+) to (\d+)\)/.exec(document) ?? []
    const version = Number(/^postgres:(\d+)$/.exec(hub.image)?.[1])
    expect(version).toBeGreaterThanOrEqual(Number(from))
    expect(version).toBeLessThanOrEqual(Number(to))
  })

  it('has the user and the database of the address that is typed, in the page and above it', () => {
    const [, typed = ''] = /^#.* --db (\S+)$/m.exec(compose) ?? []
    const { user, database, hosts } = parseServerAddress(typed)
    expect(hub.environment).toMatchObject({ POSTGRES_USER: user, POSTGRES_DB: database })
    expect(document).toContain(`postgres://${user}@db.example/${database}`)
    expect(hub.healthcheck.test).toEqual(['CMD', 'pg_isready', '--username', user, '--dbname', database])
    const [host] = hosts
    expect(hub.ports).toEqual([`${host?.host}:${host?.port}:5432`])
    expect(compose).toContain(`${host?.host}:${host?.port}:${database}:${user}:PASSWORD`)
  })

  it('takes every letter, signs in by SCRAM, and holds no password', () => {
    const { POSTGRES_INITDB_ARGS, POSTGRES_PASSWORD } = hub.environment
    expect(POSTGRES_INITDB_ARGS?.split(' ').sort()).toEqual(['--auth-host=scram-sha-256', '--encoding=UTF8'])
    expect(POSTGRES_PASSWORD).toMatch(/^\$\{HUB_PASSWORD:\?[^}]+\}$/)
  })

  it('keeps its data where a new container finds it, and is named in the page', () => {
    expect(hub.volumes.map((volume) => volume.split(':')[0])).toEqual(Object.keys(volumes))
    expect(document).toContain('(shared-store.compose.yaml)')
  })
})

describe('the lines for cron', () => {
  const [path = '', line = ''] = /^(PATH=.*)\n(\d+ \d+ \* \* \*.*)$/m.exec(document)?.slice(1) ?? []

  it('name the folders of programs, in which cron fills in nothing', () => {
    expect(path.slice('PATH='.length).split(':')).toEqual(['/usr/local/bin', '/usr/bin', '/bin'])
  })

  it('make a backup of that day, without a question, in which each % is one for the shell', () => {
    expect(line.replaceAll('\\%', '')).not.toContain('%')
    expect(line).toContain('store backup /backups/hub-$(date +\\%F).db --yes')
  })
})
