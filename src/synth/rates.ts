import { type Curve, curve, heightAt } from './curve.ts';
import type { Lookup } from './lookup.ts';

/** The activities that people have more or less of by age, sex and frailty. */
const ACTIVITIES = ['apc', 'op', 'ae', 'ecds', 'dids'] as const;
export type Activity = (typeof ACTIVITIES)[number];

/** Relative rates a year by age, after the published age profiles of HES, ECDS and the imaging dataset. */
const APC_MALE = curve('0:0.5 1:0.16 5:0.07 16:0.06 40:0.09 55:0.19 65:0.36 75:0.68 85:0.9 100:0.8');
const APC_FEMALE = curve('0:0.42 1:0.13 5:0.06 16:0.09 22:0.2 34:0.26 44:0.17 55:0.19 65:0.31 75:0.54 85:0.74 100:0.7');
const OP_MALE = curve('0:1.2 5:0.8 16:0.7 40:0.9 60:2 72:3.6 82:4.2 100:2.6');
const OP_FEMALE = curve('0:1.1 5:0.7 16:1 30:2.2 42:1.8 60:2.3 72:3.4 82:3.8 100:2.4');
const EMERGENCY = curve('0:0.95 2:0.7 7:0.34 20:0.42 35:0.33 60:0.3 75:0.42 85:0.75 100:0.9');
const IMAGING = curve('0:0.25 10:0.22 30:0.45 55:0.75 70:1.2 82:1.5 100:1.2');

const CURVES: Readonly<Record<Activity, { readonly male: Curve; readonly female: Curve }>> = {
  apc: { male: APC_MALE, female: APC_FEMALE },
  op: { male: OP_MALE, female: OP_FEMALE },
  ae: { male: EMERGENCY, female: EMERGENCY },
  ecds: { male: EMERGENCY, female: EMERGENCY },
  dids: { male: IMAGING, female: IMAGING },
};

export const OLDEST = 110;

/** Slot: age up to {@link OLDEST}, plus 128 for women. */
export const rateLookup: Lookup = {
  name: 'rates',
  columns: { apc: 'DOUBLE', op: 'DOUBLE', ae: 'DOUBLE', ecds: 'DOUBLE', dids: 'DOUBLE' },
  rows: (['male', 'female'] as const).flatMap((sex, s) =>
    Array.from({ length: OLDEST + 1 }, (_, age) => ({
      slot: s * 128 + age,
      cells: ACTIVITIES.map((activity) => heightAt(CURVES[activity][sex], age)),
    })),
  ),
};

/** How much likelier than others of the age a person is to need care: most less, a few far more. Mean about 1. */
const FRAILTIES = [
  [34, 0.3],
  [16, 0.8],
  [9, 1.9],
  [4, 4.5],
  [1, 11],
] as const;
export const FRAILTY_BITS = 6;

/** Slot: 6 random bits of the person. */
export const frailtyLookup: Lookup = {
  name: 'frailties',
  columns: { frailty: 'DOUBLE' },
  rows: FRAILTIES.map(([run, frailty], index) => ({
    slot: FRAILTIES.slice(0, index).reduce((sum, [slots]) => sum + slots, 0),
    run,
    cells: [frailty],
  })),
};
