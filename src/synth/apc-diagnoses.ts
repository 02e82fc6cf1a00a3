import {
  COMORBIDITY_SLOTS,
  COUNT_BITS,
  DIABETES,
  DIABETES_BITS,
  NO_DIAGNOSIS,
  POOL_BITS,
  POOLS,
} from './comorbidities.ts';
import { bits, draw } from './draw.ts';
import { add, all, lookUp, pickBelow, type Step } from './sql.ts';
import type { Portion } from './visits.ts';

export const DIAGNOSES = 20;

/** The keys of the secondary diagnoses, and with them the diagnoses. */
export function diagnoses({ world: { seed } }: Portion): Step {
  const slots = (position: number) => {
    const drawn = ['chronic_draw', 'acute_draw', 'more_draw'][Math.floor((position - 2) / 9)] ?? '';
    return `_age + (${position} * _stride + _rotation) % ${POOLS} * ${2 ** POOL_BITS} + ${bits(drawn, ((position - 2) % 9) * POOL_BITS, POOL_BITS)}`;
  };
  const positions = Array.from({ length: DIAGNOSES - 1 }, (_, index) => index + 2);
  return all(
    add({
      chronic_draw: draw(seed, 'apc/chronic', 'person_id'),
      acute_draw: draw(seed, 'apc/acute', 'visit_id * 4 + episode'),
      more_draw: draw(seed, 'apc/more', 'visit_id * 4 + episode'),
      // The pools are a prime number: whatever the stride, each is met once.
      _rotation: `${bits(draw(seed, 'apc/rotation', 'person_id'), 0, 16)} % ${POOLS}`,
      _stride: `1 + ${bits(draw(seed, 'apc/rotation', 'person_id'), 16, 16)} % ${POOLS - 1}`,
      _age: pickBelow(
        'age_days',
        { [16 * 365]: '0', [50 * 365]: String(COMORBIDITY_SLOTS) },
        String(2 * COMORBIDITY_SLOTS),
      ),
      _diabetes: bits(draw(seed, 'diabetes', 'person_id'), 0, 14),
    }),
    lookUp([
      'diagnosis_counts',
      `${pickBelow('age_days', { [45 * 365]: '0', [70 * 365]: '1' }, '2')} * ${2 ** COUNT_BITS} + ${bits('episode_draw', 19, COUNT_BITS)}`,
      { _count: 'count' },
    ]),
    add({
      // Whoever is diabetic at one age is so at every later one, as the threshold only rises.
      _diabetic: `_diabetes < ${pickBelow('age_days', { 1: '0', [40 * 365]: '90', [65 * 365]: '600' }, '1300')}
        AND ${bits('episode_draw', 25, 3)} < 6 AND primary3 NOT IN ('E10', 'E11')`,
      _other_primary: `NOT first AND ${bits('episode_draw', 28, 3)} < 3`,
    }),
    add({ diagnosis_count: 'CASE WHEN _diabetic THEN greatest(_count, 2) ELSE _count END' }),
    lookUp(
      ...positions.map((position) => {
        const key = `CASE WHEN diagnosis_count >= ${position} THEN ${slots(position)} ELSE ${NO_DIAGNOSIS} END`;
        const diabetes = `${DIABETES} + CASE WHEN _diabetes < 70 THEN 0 ELSE ${2 ** DIABETES_BITS} END + ${bits('episode_draw', 31, DIABETES_BITS)}`;
        return [
          'comorbidities',
          position === 2 ? `CASE WHEN _diabetic THEN ${diabetes} ELSE ${key} END` : key,
          {
            [`diagnosis4_${position}`]: 'diagnosis',
            [`diagnosis3_${position}`]: 'diagnosis3',
          },
        ] as const;
      }),
      [
        'comorbidities',
        `CASE WHEN _other_primary THEN ${slots(DIAGNOSES)} ELSE ${NO_DIAGNOSIS} END`,
        { _other4: 'diagnosis', _other3: 'diagnosis3' },
      ],
    ),
    add({
      diagnosis4_1: 'CASE WHEN _other_primary THEN _other4 ELSE primary4 END',
      diagnosis3_1: 'CASE WHEN _other_primary THEN _other3 ELSE primary3 END',
    }),
  );
}
