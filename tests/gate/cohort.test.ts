import { describe } from 'vitest';
import { type Change, granted, table } from './support.ts';

/** hes_op as a second dataset that only chooses people. */
const byOp = (entry: Readonly<Record<string, unknown>> = {}, cohort: Readonly<Record<string, unknown>> = {}) => ({
  agreement: granted('hes_op', { fields: ['ATTENDKEY', 'TRETSPEF'], ...entry }),
  pipeline: { cohort: { dataset: 'hes_op', ...cohort } },
});

describe('a cohort asks for rows, and they are granted', () => {
  table([
    ['a dataset granted as rows', byOp()],
    [
      'a dataset that is not granted',
      { pipeline: { cohort: { dataset: 'hes_op' } } },
      ['dataset-not-granted', 'cohort.dataset', 'hes_op'],
    ],
    [
      'a dataset granted only as counts',
      byOp({ products: ['tabulation'] }),
      ['cohort-not-granted', 'cohort.dataset', 'hes_op'],
    ],
    [
      'years outside the grant',
      byOp({}, { period: { from: '2019-03-31', to: '2020-03-31' } }),
      ['period-not-granted', 'cohort.period', 'period'],
    ],
    [
      'a column that is not granted',
      byOp({}, { where: { PROCODE3: { in: ['RAE'] } } }),
      ['condition-not-granted', 'cohort.where.PROCODE3', 'PROCODE3'],
    ],
    [
      'rows outside the grant',
      byOp({ where: { TRETSPEF: { in: ['100'] } } }, { where: { any_of: [{ TRETSPEF: { in: ['300'] } }] } }),
      ['rows-not-granted', 'cohort.where.any_of[0].TRETSPEF', 'TRETSPEF'],
    ],
    [
      'demographics that may be joined on may choose',
      {
        agreement: { 'approvals[3]': { body: 'IAO', dataset: 'pds', outcome: 'approved' } },
        pipeline: { cohort: { dataset: 'pds', where: { gender: { in: ['2'] } } } },
      },
    ],
    [
      'demographics granted in a coarser form may not',
      {
        agreement: { 'approvals[3]': { body: 'IAO', dataset: 'pds', outcome: 'approved' } },
        pipeline: { cohort: { dataset: 'pds', where: { postcode: { starts_with: 'LS1' } } } },
      },
      ['condition-not-granted', 'cohort.where.postcode', 'postcode'],
    ],
  ]);
});

describe('a cohort gives nothing to a release that its dataset may not give', () => {
  const named: Change = { 'datasets[0].identifiability': 'identifiable' };
  const exempt: Change = { 'datasets[0].opt_outs': { exempt: 'consent', because: 'Every participant agreed' } };

  table([
    [
      'who had a pseudonymised row, to a release with names',
      { ...byOp(), agreement: { ...byOp().agreement, ...named } },
      ['identifiability-not-granted', 'cohort.dataset', 'hes_op'],
    ],
    [
      'the same to a pseudonymised cut of it',
      {
        agreement: { ...byOp().agreement, ...named },
        pipeline: { ...byOp().pipeline, 'products[0].identifiability': 'pseudonymised' },
      },
    ],
    [
      'who opted out of it, through a dataset that is exempt',
      { ...byOp(), agreement: { ...byOp().agreement, ...exempt } },
      ['cohort-opt-outs', 'cohort.dataset', 'hes_op'],
    ],
    [
      'an exempt dataset may choose from one that is not',
      byOp({ opt_outs: { exempt: 'consent', because: 'Every participant agreed' } }),
    ],
  ]);
});
