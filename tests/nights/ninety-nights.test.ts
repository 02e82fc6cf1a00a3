import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decrypt } from '../../src/encrypt/decrypt.ts';
import { addDays, type CalendarDate } from '../../src/kernel/calendar-date.ts';
import type { Delivered, Intended } from '../../src/ledger/entries.ts';
import { openFileLedger } from '../../src/ledger/file-ledger.ts';
import type { Entry } from '../../src/ledger/ledger.ts';
import { parseExposition } from '../monitoring/parse-exposition.ts';
import { filesUnder } from '../support/delivered.ts';
import { testKeys } from '../support/make-workspace.ts';
import { darsHere, type Ran, startDars } from '../support/run-dars.ts';
import { type Sshd, startSshd } from '../support/sshd.ts';
import { COMMISSIONS, Custodian } from './custodian.ts';

/*
 * Ninety nights of `dars due` under a dozen agreements, from 20 November 2026 on, and everything that goes wrong in
 * them. What has to come of it stands in DELIVERED, by hand from a calendar, and in the custodian's own books.
 */

const FIRST = '2026-11-20' as CalendarDate;
const NIGHTS = 90;

/** The nights on which each pipeline is delivered; `*` where a night of another kind makes it the next. */
const DELIVERED: Readonly<Record<string, readonly string[]>> = {
  // December: the server was down on the 1st and 2nd. January: PDS was not whole on the 4th, the first working day.
  m1: ['2026-11-20', '2026-12-03', '2027-01-05', '2027-02-01'],
  m2: ['2026-11-20', '2026-12-03', '2027-01-05', '2027-02-01'], // after m1
  m3: ['2026-11-20', '2026-12-08', '2027-01-08', '2027-02-05'], // on the fifth working day; the outbox was full on 7 December
  m4: ['2026-11-20', '2026-12-03', '2027-01-05', '2027-02-16'], // its folder was gone for 15 days in February
  q1: ['2026-11-20', '2027-01-05'],
  q2: ['2026-11-20', '2027-01-15'], // on the tenth working day
  q3: ['2026-11-20', '2027-01-05'], // once a year
  q4: ['2026-11-20', '2027-01-05'], // after q1 and m1
  y1: ['2026-11-20', '2027-01-05'],
  b1: ['2026-11-20', '2027-01-05'],
  t1: ['2026-11-20', '2027-01-05'],
  s1: ['2026-11-20', '2027-01-05'],
  o1: ['2026-11-20'],
  o2: ['2026-12-10*'], // from the first day of the agreement; killed in that night
  e1: ['2026-11-20', '2027-01-12'], // the agreement ended, and was renewed on that day
};

interface Result {
  readonly pipeline: string;
  readonly outcome: string;
  readonly exit: number;
  readonly state?: string;
}

interface Night {
  readonly day: CalendarDate;
  readonly status: number | null;
  readonly results: readonly Result[];
}

let sshd: Sshd;
let custodian: Custodian;
let diskWasFull = false;
const nights: Night[] = [];
/** By the moment at which a release was sealed: what had to be in it, by name. */
const books = new Map<string, ReadonlyMap<string, readonly string[]>>();

function entries(): Entry[] {
  const path = join(custodian.workspace.root, 'state/ledger.jsonl');
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

function ofKind<B>(kind: string): Entry<B & { kind: string }>[] {
  return entries().filter((entry) => entry.kind === kind) as unknown as Entry<B & { kind: string }>[];
}

const moment = (day: string, time = '02:00'): string => `${day}T${time}:00.000Z`;

/** Who had opted out at the moments at which something was sealed. */
const optedOutAt = new Map<string, ReadonlySet<number>>();

/** What is in the books before a run. */
function note(at: string): void {
  const delivered = ofKind<Delivered>('delivered').map(({ release }) => release);
  const before = (name: string): ReadonlySet<number> | undefined => {
    const told = ofKind<Intended>('intended').findLast(
      ({ pipeline, release }) => pipeline === name && delivered.includes(release),
    );
    return told === undefined ? undefined : optedOutAt.get(told.time);
  };
  optedOutAt.set(at, custodian.optedOut());
  books.set(at, new Map(COMMISSIONS.map(({ name }) => [name, custodian.expected(name, before(name))])));
}

function keep(day: CalendarDate, { status, stdout }: Ran): Night {
  const line = stdout.split('\n').find((each) => each.startsWith('{"run"'));
  const { results = [] } = line === undefined ? {} : (JSON.parse(line) as { results?: Result[] });
  const night = { day, status, results };
  nights.push(night);
  return night;
}

async function due(day: CalendarDate, time?: string): Promise<Night> {
  note(moment(day, time));
  return keep(day, await darsHere(custodian.workspace.root, ['--json', 'due', '--as-of', moment(day, time)]));
}

function outcomes(night: Night | undefined): Record<string, string> {
  const told = (night?.results ?? []).filter(({ outcome }) => outcome !== 'none');
  return Object.fromEntries(
    told.map(({ pipeline, outcome, exit }) => [pipeline, exit === 0 ? outcome : `${outcome} ${exit}`]),
  );
}

/** The special nights; every other one is an evening's work and a run at two o'clock. */
const SPECIAL: Readonly<Record<string, (day: CalendarDate) => Promise<void>>> = {
  /** Two at once, in processes of their own: one does it all, and the other nothing. */
  '2026-11-20': async (day) => {
    note(moment(day));
    const both = [0, 1].map(() => startDars(custodian.workspace.root, ['--json', 'due', '--as-of', moment(day)]).ended);
    const ran = await Promise.all(both);
    const busy = ran.filter(({ stdout }) => stdout.includes('"busy":true'));
    // Or it came when the other had done everything.
    const idle = ran.filter(({ stdout }) => !stdout.includes('"outcome":"done"') && !stdout.includes('"busy":true'));
    expect(busy.length + idle.length).toBe(1);
    expect(ran.map(({ status }) => status)).toEqual([0, 0]);
    for (const each of ran) if (each.stdout.includes('"outcome":"done"')) keep(day, each);
  },

  '2026-12-01': async (day) => {
    sshd.kill('server');
    // North and south are not reached; m2 waits for m1; nobody else is held up, but nobody else is due.
    expect(outcomes(await due(day))).toEqual({ m1: 'waiting 15', m2: 'waiting', m4: 'waiting 15' });
  },

  '2026-12-02': async (day) => {
    custodian.optOut(3, 4);
    custodian.evening(day);
    // What waits was made with another list: it is made again, and can't be delivered.
    expect(outcomes(await due(day))).toEqual({ m1: 'waiting 15', m2: 'waiting', m4: 'waiting 15' });
    await sshd.restart();
  },

  '2026-12-03': async (day) => {
    expect(outcomes(await due(day))).toEqual({ m1: 'done', m2: 'done', m4: 'done' });
    expect(outcomes(await due(day, '02:30'))).toEqual({});
  },

  /** The disk of the outbox is full; where none can be mounted, the night is like any other. */
  '2026-12-07': async (day) => {
    const outbox = join(custodian.workspace.root, 'state/outbox');
    mkdirSync(outbox, { recursive: true });
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,mode=700', 'tmpfs', outbox], { stdio: 'pipe' });
      diskWasFull = true;
    } catch {
      await due(day);
      return;
    }
    try {
      writeFileSync(join(outbox, 'filler'), Buffer.alloc(16_384));
      expect(outcomes(await due(day))).toEqual({ m3: 'failed 15' });
    } finally {
      execFileSync('umount', [outbox], { stdio: 'pipe' });
    }
  },

  /** A process that is killed as it seals what it made. */
  '2026-12-10': async (day) => {
    note(moment(day));
    const { process: child, ended } = startDars(custodian.workspace.root, ['due', '--as-of', moment(day)]);
    child.stderr?.on('data', (text: string) => {
      if (text.includes('o2: Seal')) child.kill('SIGKILL');
    });
    expect((await ended).status).toBe(null);
  },

  '2027-01-04': async (day) => {
    custodian.halfAnEvening();
    const night = await due(day);
    const told = outcomes(night);
    expect(told).toMatchObject({ m1: 'refused 12', q1: 'refused 12', e1: 'refused 12', m2: 'waiting', q4: 'waiting' });
    expect(Object.values(told)).not.toContain('done');
    // Once a day is enough.
    const before = entries().length;
    expect(outcomes(await due(day, '12:00'))).toEqual(told);
    expect(entries()).toHaveLength(before);
  },

  /** The clock goes back an hour after the night's work. */
  '2027-01-05': async (day) => {
    expect(Object.values(outcomes(await due(day))).filter((each) => each === 'done')).toHaveLength(10);
    expect(Object.values(outcomes(await due(day, '01:00')))).not.toContain('done');
  },

  '2027-01-12': async (day) => {
    custodian.workspace.change('agreements/e1.yaml', (file) => {
      file['term'] = { start: '2025-01-01', end: '2027-12-31' };
    });
    expect(outcomes(await due(day))).toEqual({ e1: 'done' });
  },

  /** The folder of one recipient is gone, for longer than ciphertext may wait; and the clock goes back over the month's end. */
  '2027-02-01': async (day) => {
    renameSync(join(sshd.directory, 'south'), join(sshd.directory, 'elsewhere'));
    expect(outcomes(await due(day, '00:20'))).toEqual({ m1: 'done', m2: 'done', m4: 'waiting 15' });
    expect(outcomes(await due(addDays(day, -1), '23:20'))).toEqual({ m4: 'waiting 15' });
  },

  '2027-02-16': async (day) => {
    renameSync(join(sshd.directory, 'elsewhere'), join(sshd.directory, 'south'));
    expect(outcomes(await due(day))).toEqual({ m4: 'done' });
  },
};

/** The machine is off over Christmas. */
const OFF = (day: CalendarDate): boolean => day >= '2026-12-20' && day <= '2026-12-30';

beforeAll(async () => {
  sshd = await startSshd();
  custodian = await Custodian.open(sshd);
  for (let n = 0; n < NIGHTS; n += 1) {
    const day = addDays(FIRST, n);
    if (OFF(day)) continue;
    if (n === 0 || day.endsWith('-01')) custodian.month();
    if (day === '2026-12-14' || day === '2027-01-25') custodian.optOut(n % 20, 20 + (n % 20));
    custodian.evening(day);
    if (n === NIGHTS - 1) custodian.watch('dars.prom');
    const special = SPECIAL[day];
    if (special === undefined) await due(day);
    else await special(day);
  }
}, 600_000);
afterAll(async () => {
  custodian[Symbol.dispose]();
  await sshd[Symbol.asyncDispose]();
});

describe('ninety nights', () => {
  it('deliver what the calendar says, each once in its period, on the first night that it could be', () => {
    const intended = new Map(ofKind<Intended>('intended').map((entry) => [entry.release, entry]));
    const found: Record<string, string[]> = Object.fromEntries(Object.keys(DELIVERED).map((name) => [name, []]));
    for (const { release, at } of ofKind<Delivered>('delivered'))
      found[intended.get(release)?.pipeline ?? '']?.push(at.slice(0, 10));
    const expected = Object.entries(DELIVERED).map(([name, days]) => {
      // Killed just before or just after the last word.
      if (days[0]?.endsWith('*')) return [name, found[name]?.[0] === '2026-12-10' ? ['2026-12-10'] : ['2026-12-11']];
      return [
        name,
        name === 'm3' && !diskWasFull ? days.map((day) => (day === '2026-12-08' ? '2026-12-07' : day)) : days,
      ];
    });
    expect(found).toEqual(Object.fromEntries(expected));
  });

  it('leave a ledger that verifies, and nothing in the outbox', async () => {
    const { root } = custodian.workspace;
    const verified = await openFileLedger({ directory: join(root, 'state'), clock: () => new Date() }).verify();
    expect(verified).toMatchObject({ broken: undefined, torn: false, head: { size: entries().length } });
    expect(filesUnder(join(root, 'state/outbox'))).toEqual([]);
  });

  it('bring to each recipient what the ledger says was delivered, to the byte, and nothing else', () => {
    const intended = new Map(ofKind<Intended>('intended').map((entry) => [entry.release, entry]));
    const places = {
      shelf: join(custodian.workspace.root, 'out'),
      north: join(sshd.directory, 'north'),
      south: join(sshd.directory, 'south'),
    };
    const expected: string[] = [];
    for (const { release } of ofKind<Delivered>('delivered')) {
      const { recipient, files } = intended.get(release) ?? { recipient: { destination: '' }, files: [] };
      const place = places[recipient.destination as keyof typeof places];
      for (const { name, bytes, sha256 } of files) {
        const content = readFileSync(join(place, release, name));
        expect([name, content.length, createHash('sha256').update(content).digest('hex')]).toEqual([
          name,
          bytes,
          sha256,
        ]);
      }
      for (const name of [...files.map((file) => file.name), 'MANIFEST.json', 'MANIFEST.json.asc'])
        expected.push(join(place, release, name));
    }
    const there = Object.values(places).flatMap((place) => filesUnder(place).map((path) => join(place, path)));
    expect(there.sort()).toEqual(expected.sort());
    const references = ofKind<Intended>('intended').flatMap(({ files }) => files.map(({ file }) => file));
    expect(new Set(references).size).toBe(references.length);
  });

  it('hold the rows that the custodian’s own books say, with nobody who had opted out when it left', async () => {
    const { recipient, custodian: signer } = await testKeys();
    const intended = new Map(ofKind<Intended>('intended').map((entry) => [entry.release, entry]));
    for (const { release, time } of ofKind<Delivered>('delivered')) {
      const {
        pipeline,
        recipient: of,
        files,
      } = intended.get(release) ?? { pipeline: '', recipient: { destination: '' }, files: [] };
      const expected = books.get(time)?.get(pipeline) ?? [];
      const [file] = files;
      const product = COMMISSIONS.find(({ name }) => name === pipeline)?.product;
      // A file of tables has rows of notes as well.
      if (product !== 'tabulation') expect([release, file?.rows]).toEqual([release, expected.length]);
      if (file === undefined || !file.name.endsWith('.csv.gpg')) continue;
      const place =
        of.destination === 'shelf' ? join(custodian.workspace.root, 'out') : join(sshd.directory, of.destination);
      const options = {
        privateKey: recipient.privateKey,
        signedBy: signer.publicKey,
        at: new Date(),
        maxBytes: 1 << 20,
      };
      const text = Buffer.from(await decrypt(createReadStream(join(place, release, file.name)), options)).toString(
        'utf8',
      );
      const tokens = text
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split('|'))
        .filter(([table]) => table !== 'notes')
        .map((cells) => (product === 'tabulation' ? `${cells[1]} ${cells.at(-1)}` : (cells[0] ?? '')));
      expect(tokens.sort()).toEqual(expected);
    }
  });

  it('say in the ledger why what waited was made again: other opt-outs, and ciphertext that waited too long', () => {
    const intended = new Map(ofKind<Intended>('intended').map((entry) => [entry.release, entry.pipeline]));
    const abandoned = ofKind<{ release: string; because: string }>('abandoned').map(({ release, because }) => [
      intended.get(release),
      because,
    ]);
    expect(abandoned.map(String).sort()).toEqual([
      expect.stringMatching(/^m1,.* the list is another one since, of 2026-12-02/),
      expect.stringMatching(/^m4,it waited for longer than the 14 days that ciphertext may/),
      expect.stringMatching(/^m4,.* the list is another one since, of 2026-12-02/),
    ]);
  });

  it('end with summaries whose counts are those of the ledger, and metrics that say the same', () => {
    const done = nights.flatMap(({ results }) => results.filter(({ outcome }) => outcome === 'done'));
    const delivered = ofKind<Delivered>('delivered');
    // The night that was killed gave no summary.
    const killed = delivered.filter(({ at }) => at.startsWith('2026-12-10')).length;
    expect(done.length + killed).toBe(delivered.length);
    const refused = nights.flatMap(({ results }) =>
      results.filter(({ outcome, state }) => outcome === 'refused' && state === undefined),
    );
    expect(refused).toHaveLength(ofKind('refused').length);
    const metrics = parseExposition(custodian.workspace.read('dars.prom'));
    const total = (name: string): number =>
      [...(metrics.get(name)?.samples.values() ?? [])].reduce((sum, each) => sum + each, 0);
    const rows = new Map(
      ofKind<Intended>('intended').map(({ release, files }) => [
        release,
        files.reduce((sum, file) => sum + file.rows, 0),
      ]),
    );
    expect(total('dars_deliveries_total')).toBe(delivered.length);
    expect(total('dars_delivered_rows_total')).toBe(
      delivered.reduce((sum, { release }) => sum + (rows.get(release) ?? 0), 0),
    );
    expect(total('dars_delivery_failures_total')).toBe(ofKind('failed').length);
  });

  it('are quiet on all other nights', () => {
    const special = nights.filter(
      ({ day, results }) =>
        day in SPECIAL || addDays(day, 1) in SPECIAL || results.some(({ outcome }) => outcome === 'done'),
    );
    const others = nights.filter((night) => !special.includes(night));
    expect(others.length).toBeGreaterThan(55);
    for (const night of others) {
      // But for an agreement that has ended, and for a recipient whose folder is gone.
      const told = outcomes(night);
      if (night.day >= '2027-01-05' && night.day < '2027-01-12')
        expect([night.day, told]).toEqual([night.day, { e1: 'refused 12' }]);
      else if (night.day > '2027-02-01' && night.day < '2027-02-16')
        expect([night.day, told]).toEqual([night.day, { m4: 'waiting 15' }]);
      else expect([night.day, told, night.status]).toEqual([night.day, {}, 0]);
    }
  });
});
