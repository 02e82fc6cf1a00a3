import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { release } from '../../src/release.ts';
import { wiredWorld } from '../support/wired-world.ts';
import { recipientOf } from './recipient.ts';
import { deliveredReports, makeStudy, pdsCsv, runMonth, uploadCsv } from './study.ts';

const NUMBERS = ['9990000018', '9990000026'];

describe('a report that is interrupted', () => {
  test('at any step and run again tells everything once, and the next what changed since', {
    timeout: 300_000,
  }, async () => {
    const steps: string[] = [];
    for (let at = 0; at === 0 || at < steps.length; at += 1) {
      using study = await makeStudy();
      study.write('data/pds.csv', pdsCsv(NUMBERS.map((nhs) => ({ nhs }))));
      study.write(
        'cohort/NIC-147750_members.csv',
        uploadCsv(NUMBERS.map((nhs, index) => ({ study: `S${index}`, status: 'add', nhs }))),
      );
      study.change('pipelines/diabetes-apc.yaml', (file) => {
        const [product] = file['products'] as { reports: unknown[] }[];
        product?.reports.splice(1);
      });
      study.change('dars.yaml', (file) => {
        Object.assign((file['sources'] as Record<string, object>)['opt_outs'] ?? {}, { as_at: '2026-11-20' });
      });
      let seen = 0;
      const { world, pipeline } = await wiredWorld(
        study.root,
        (event) => {
          if (event.kind !== 'step') return;
          if (at === 0) steps.push(event.step);
          seen += 1;
          if (at > 0 && seen === at) throw new Error('the lights went out');
        },
        'follow-up',
      );
      const first = release(pipeline, world);
      if (at === 0) await first;
      else await expect(first).rejects.toThrow('the lights went out');
      const again = await runMonth(study, 10);
      // Where the last word was said, nothing is left to do this month.
      expect([steps[at - 1], [0, 12].includes(again.status ?? -1)]).toEqual([steps[at - 1], true]);
      const moved = NUMBERS.map((nhs) => ({ nhs, practice: 'C83001' }));
      study.write('data/pds.csv', pdsCsv(moved));
      const next = await runMonth(study, 11);
      expect([next.status, next.stderr]).toEqual([0, expect.any(String)]);
      const reports = [...(await deliveredReports(study)).values()].filter(
        ({ report }) => report === 'EVENT_NOTIFICATION',
      );
      expect([steps[at - 1], ...reports.map(({ rows }) => rows.length)]).toEqual([steps[at - 1], 6, 2]);
      const known = await recipientOf(study, new Set());
      expect([...known.values()].map(({ events }) => events.get('PRACTICE'))).toEqual(['C83001', 'C83001']);
      // Two deliveries of a report, and nothing of the attempt that came to nothing.
      expect(readdirSync(join(study.root, 'state/told/DARS-NIC-147750-8GS7S'))).toHaveLength(2);
    }
    expect(steps.length).toBeGreaterThanOrEqual(10);
  });
});
