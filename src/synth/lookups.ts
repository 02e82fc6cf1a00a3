import { clinicLookups } from './clinics.ts';
import { comorbidityLookups } from './comorbidities.ts';
import { conditionLookups } from './condition-lookups.ts';
import { causeLookup } from './deaths.ts';
import { familyNameLookup } from './family-names.ts';
import { givenNameLookup } from './given-names.ts';
import { ethnicCategoryLookup, heritageLookup } from './heritage.ts';
import { householdLookups } from './households.ts';
import { imagingLookup } from './imaging.ts';
import type { Lookup } from './lookup.ts';
import { placeLookups } from './places.ts';
import { presentationLookups } from './presentations.ts';
import { frailtyLookup, rateLookup } from './rates.ts';
import { streetLookups } from './streets.ts';

/** Every table that the queries look things up in. */
export const allLookups: readonly Lookup[] = [
  ...householdLookups,
  heritageLookup,
  ethnicCategoryLookup,
  familyNameLookup,
  givenNameLookup,
  ...placeLookups,
  ...streetLookups,
  rateLookup,
  frailtyLookup,
  ...conditionLookups,
  ...comorbidityLookups,
  ...clinicLookups,
  ...presentationLookups,
  imagingLookup,
  causeLookup,
];
