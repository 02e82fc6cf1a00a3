import { describe, expect, it } from 'vitest';
import { checkSchedules, everyOf } from '../../src/pipeline/schedule.ts';
import type { Tree } from '../support/make-workspace.ts';
import { agreementOf, pipelineOf, referenceOf } from './support.ts';

const A = referenceOf(1);
const problems = (schedules: Readonly<Record<string, Tree | undefined>>, frequency = 'monthly') =>
  checkSchedules(
    Object.entries(schedules).map(([name, schedule]) => pipelineOf(name, schedule, A)),
    [agreementOf(A, frequency)],
  ).map(({ code, path }) => [code, path]);

describe('schedules', () => {
  it('that wait for others which are there, in lines that end, are right', () => {
    expect(problems({ a: {}, b: { after: 'a' }, c: { after: ['a', 'b'] }, d: undefined, e: { after: 'd' } })).toEqual(
      [],
    );
  });

  it('that wait for nobody’s pipeline are wrong', () => {
    expect(problems({ a: { after: ['a2'] } })).toEqual([['unknown-pipeline', 'schedule.after[0]']]);
  });

  it('that wait in a circle are all wrong, and those outside it are not', () => {
    expect(
      problems({ a: { after: 'b' }, b: { after: 'c' }, c: { after: 'a' }, d: { after: 'a' }, e: { after: 'e' } }),
    ).toEqual([
      ['schedule-circle', 'schedule.after'],
      ['schedule-circle', 'schedule.after'],
      ['schedule-circle', 'schedule.after'],
      ['schedule-circle', 'schedule.after'],
    ]);
  });

  it('ask for no more than the agreement lets go out; less is right', () => {
    expect(problems({ a: { every: 'month' } }, 'quarterly')).toEqual([['schedule-too-often', 'schedule.every']]);
    expect(problems({ a: { every: 'year' } }, 'one-off')).toEqual([['schedule-too-often', 'schedule.every']]);
    expect(problems({ a: { every: 'quarter' }, b: { every: 'once' } }, 'quarterly')).toEqual([]);
  });

  it('without every mean the dataset that may go out least often', () => {
    const agreement = agreementOf(A, 'monthly');
    const [grant] = agreement.agreement.datasets;
    if (grant === undefined) throw new Error('no grant');
    const both = {
      ...agreement,
      agreement: {
        ...agreement.agreement,
        datasets: [grant, { ...grant, dataset: 'hes_op', frequency: 'annual' as const }],
      },
    };
    const { pipeline } = pipelineOf('a', {}, A);
    const [product] = pipeline.products;
    if (product?.product !== 'extract') throw new Error('no extract');
    const linked = { ...pipeline, products: [product, { ...product, name: 'op', dataset: 'hes_op' }] };
    expect(everyOf(pipeline, both)).toBe('month');
    expect(everyOf(linked, both)).toBe('year');
  });
});
