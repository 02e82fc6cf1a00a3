import { describe, expect, test } from 'vitest';
import type { SourceFacts } from '../../src/gate/source-freshness.ts';
import { day, type Expected, refusals, table } from './support.ts';

const source = (more: Partial<SourceFacts>): { sources: readonly SourceFacts[] } => ({
  sources: [
    {
      source: 'hes_apc',
      file: 'dars.yaml',
      line: 9,
      asAt: undefined,
      maxAgeDays: undefined,
      defect: undefined,
      ...more,
    },
  ],
});

describe('a source is whole, and no older than the custodian allows', () => {
  const refused = (code: string): Expected => [`source-${code}`, 'sources.hes_apc', 'dars.yaml:9'];

  table([
    ['of no day, where any age will do', source({})],
    ['old, where any age will do', source({ asAt: day('2001-01-01') })],
    ['as old as it may be', source({ asAt: day('2026-11-13'), maxAgeDays: 7 })],
    ['a day too old', source({ asAt: day('2026-11-12'), maxAgeDays: 7 }), refused('stale')],
    ['of today, where it has to be', source({ asAt: day('2026-11-20'), maxAgeDays: 0 })],
    ['of yesterday, where it has to be of today', source({ asAt: day('2026-11-19'), maxAgeDays: 0 }), refused('stale')],
    ['of tomorrow, whatever may be', source({ asAt: day('2026-11-21') }), refused('undated')],
    ['of the day that a study was told of before', source({ asAt: day('2026-11-19'), toldAsAt: day('2026-11-19') })],
    [
      'older than what a study was told of before, whatever its age may be',
      source({ asAt: day('2026-11-18'), toldAsAt: day('2026-11-19') }),
      refused('went-back'),
    ],
    ['of no day, where its age matters', source({ maxAgeDays: 7 }), refused('undated')],
    [
      'without the date that was promised, whether its age matters or not',
      source({ defect: { code: 'undated', message: 'has no date in x' } }),
      refused('undated'),
    ],
    [
      'still being written, however fresh',
      source({ asAt: day('2026-11-20'), defect: { code: 'not-ready', message: 'is being written: x is not there' } }),
      refused('not-ready'),
    ],
  ]);

  test('every source that is not is named', () => {
    const stale = { file: 'dars.yaml', asAt: day('2026-11-01'), maxAgeDays: 7, defect: undefined };
    const found = refusals({ sources: ['pds', 'hes_apc'].map((each) => ({ ...stale, source: each })) });
    expect(found.map(({ message }) => message)).toEqual([
      'the source of pds is of 2026-11-01, 19 days old; 7 are allowed',
      'the source of hes_apc is of 2026-11-01, 19 days old; 7 are allowed',
    ]);
  });
});
