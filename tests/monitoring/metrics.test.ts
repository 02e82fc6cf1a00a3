import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exposition } from '../../src/schedule/exposition.ts';
import { makeWorkspace, type TestWorkspace, type Tree } from '../support/make-workspace.ts';
import { darsHere, startDars } from '../support/run-dars.ts';
import { parseExposition } from './parse-exposition.ts';

describe('the text format of Prometheus', () => {
  it('is read back as it was meant, whatever labels and help hold', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '{', '}', ',', ' ', 'é') });
    fc.assert(
      fc.property(
        text,
        fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        (help, labels, value) => {
          const samples = labels.map((label) => ({ labels: { label }, value }));
          const found = parseExposition(
            exposition([{ name: 'dars_some', help: `Some ${help}`, type: 'gauge', samples }]),
          );
          const escaped = labels.map(
            (label) => `label=${label.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}`,
          );
          expect([...(found.get('dars_some')?.samples.keys() ?? [])]).toEqual(escaped);
          expect([...(found.get('dars_some')?.samples.values() ?? [])].map(Math.abs)).toEqual(
            labels.map(() => Math.abs(value)),
          );
        },
      ),
    );
  });

  it.each([
    ['# HELP a b\n# TYPE a gauge\na 1', 'the last line has no end'],
    ['a 1\n', 'no family is open'],
    ['# HELP a b\n# TYPE a counter\na 1\n', 'not called _total'],
    ['# HELP a b\n# TYPE a gauge\na{x="1} 1\n', 'labels'],
    ['# HELP a b\n# TYPE a gauge\na{x="1"} 1\na{x="1"} 2\n', 'a sample twice'],
    ['# HELP a b\n# TYPE a gauge\na one\n', 'no number'],
    ['# HELP a b\n# TYPE a gauge\n', 'no sample'],
  ])('is not what the parser of this test takes without a word: %j', (text, why) => {
    expect(() => parseExposition(text)).toThrow(why);
  });
});

describe('the metrics file', () => {
  let workspace: TestWorkspace;
  const path = (): string => join(workspace.root, 'collector/dars.prom');
  const metrics = () => parseExposition(readFileSync(path(), 'utf8'));
  const valuesOf = (name: string): Record<string, number> => Object.fromEntries(metrics().get(name)?.samples ?? []);
  const at = (moment: string): number => Date.parse(moment) / 1000;

  beforeAll(async () => {
    workspace = await makeWorkspace({
      workspace: (file) => {
        file['monitoring'] = { metrics: 'collector/dars.prom' };
        file['destinations'] = {
          shelf: { type: 'folder', path: 'out' },
          nowhere: { type: 'folder', path: 'keys/pseudonym.key/in-a-file' },
        };
        (file['sources'] as { opt_outs: Tree }).opt_outs['as_at'] = '2026-11-18';
      },
      agreement: (file) => {
        file['term'] = { start: '2025-01-01', end: '2027-01-15' };
      },
      pipeline: (file) => {
        file['schedule'] = {};
      },
    });
    mkdirSync(join(workspace.root, 'collector'));
  });
  afterAll(() => workspace[Symbol.dispose]());

  it('tells of a night: what was delivered, what waits, how old lists are, which agreements end', async () => {
    expect((await darsHere(workspace.root, ['due', '--as-of', '2026-11-20T02:00:00Z'])).status).toBe(0);
    expect(valuesOf('dars_last_delivery_timestamp_seconds')).toEqual({
      'pipeline=diabetes-apc': at('2026-11-20T02:00:00Z'),
    });
    expect(valuesOf('dars_last_delivery_rows')).toEqual({ 'pipeline=diabetes-apc': 4 });
    expect(valuesOf('dars_delivered_rows_total')).toEqual({ 'pipeline=diabetes-apc': 4 });
    expect(valuesOf('dars_delivered_bytes_total')['pipeline=diabetes-apc']).toBeGreaterThan(100);
    expect(valuesOf('dars_outbox_waiting')).toEqual({ '': 0 });
    expect(valuesOf('dars_source_as_at_timestamp_seconds')).toEqual({ 'source=opt_outs': at('2026-11-18') });
    expect(valuesOf('dars_source_max_age_seconds')).toEqual({ 'source=opt_outs': 21 * 86_400 });
    expect(valuesOf('dars_agreements_ending')).toEqual({
      'within_days=30': 0,
      'within_days=60': 1,
      'within_days=90': 1,
    });
    expect(valuesOf('dars_due_exit_code')).toEqual({ '': 0 });
    expect(valuesOf('dars_due_results')).toMatchObject({ 'outcome=done': 1, 'outcome=none': 0 });
    expect(valuesOf('dars_due_release_duration_seconds')).toHaveProperty('pipeline=diabetes-apc');
    expect(valuesOf('dars_due_last_success_timestamp_seconds')).toEqual({ '': at('2026-11-20T02:00:00Z') });
  });

  it('follows what is run and delivered by hand, and keeps what the last night came to', async () => {
    const shelf = (destination: string) =>
      workspace.change('agreements/dsa.yaml', (file) => {
        (file['recipient'] as Tree)['destination'] = destination;
      });
    shelf('nowhere');
    const args = ['run', 'diabetes-apc', '--replaces', 'FILE0000001', '--because', 'it was unreadable'];
    expect((await darsHere(workspace.root, [...args, '--as-of', '2026-11-20T09:00:00Z'])).status).toBe(15);
    expect(valuesOf('dars_outbox_waiting')).toEqual({ '': 1 });
    expect(valuesOf('dars_outbox_oldest_timestamp_seconds')).toEqual({
      'destination=nowhere': at('2026-11-20T09:00:00Z'),
    });
    expect(valuesOf('dars_delivery_failures_total')).toEqual({ 'code=refused,destination=nowhere': 1 });
    expect(valuesOf('dars_due_end_timestamp_seconds')).toEqual({ '': at('2026-11-20T02:00:00Z') });
    const [waiting] = JSON.parse((await darsHere(workspace.root, ['--json', 'outbox'])).stdout).waiting as {
      release: string;
    }[];
    await darsHere(workspace.root, ['deliver', waiting?.release ?? '', '--abandon', '--because', 'it was a trial']);
    expect(valuesOf('dars_outbox_waiting')).toEqual({ '': 0 });
    expect(valuesOf('dars_abandoned_total')).toEqual({ 'pipeline=diabetes-apc': 1 });
  });

  it('counts refusals by their reasons, and tells of a night that did not go well', async () => {
    const ended = await darsHere(workspace.root, ['due', '--as-of', '2027-01-16T02:00:00Z']);
    expect(ended.status).toBe(12);
    expect(valuesOf('dars_refusals_total')).toMatchObject({
      'code=expired,pipeline=diabetes-apc': 1,
      'code=opt-outs-stale,pipeline=diabetes-apc': 1,
    });
    expect(valuesOf('dars_due_exit_code')).toEqual({ '': 12 });
    expect(valuesOf('dars_due_last_success_timestamp_seconds')).toEqual({ '': at('2026-11-20T02:00:00Z') });
    expect(metrics().has('dars_agreement_end_timestamp_seconds')).toBe(false);
    expect(
      parseExposition((await darsHere(workspace.root, ['metrics', '--as-of', '2027-01-16T02:00:00Z'])).stdout),
    ).toEqual(metrics());
  });

  it('is never seen half written, is for everybody to read, and leaves nothing beside it', async () => {
    const { process: child, ended } = startDars(workspace.root, ['due', '--again', '--as-of', '2027-01-16T03:00:00Z']);
    let reads = 0;
    while (child.exitCode === null) {
      parseExposition(readFileSync(path(), 'utf8'));
      reads += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await ended;
    expect(reads).toBeGreaterThan(10);
    expect(statSync(path()).mode & 0o777).toBe(0o644);
    expect(readdirSync(join(workspace.root, 'collector'))).toEqual(['dars.prom']);
  });

  it('changes nothing when it can’t be written, but for a sentence', async () => {
    workspace.change('dars.yaml', (file) => {
      file['monitoring'] = { metrics: 'nowhere/dars.prom' };
    });
    const ended = await darsHere(workspace.root, ['due', '--as-of', '2027-01-16T04:00:00Z']);
    expect(ended.status).toBe(12);
    expect(ended.stderr).toContain('The metrics file nowhere/dars.prom can’t be written (ENOENT).');
  });
});
