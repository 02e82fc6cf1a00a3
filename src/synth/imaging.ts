import { NOT_A_DATE } from './calendar.ts';
import { bits, draw } from './draw.ts';
import { type Lookup, weighted } from './lookup.ts';
import { reported } from './reported.ts';
import { add, below, choose, date, lookUp, type Sql, select, through } from './sql.ts';
import { type Portion, recordKey, visitsOn, visitsSoFar } from './visits.ts';

/** NICIP code, SNOMED CT concept, weight. */
const TESTS = `
XCHES 399208008 190
CSKUH 303653007 60
CTCHA 169069000 26
CABPE 432370003 40
CAPDV 418891003 20
UABDO 45036003 60
UPELV 241493005 50
UOBSD 169228004 50
UKIDN 241479009 20
USLOW 241474004 16
MSPLU 241648003 40
MSKUH 816077007 36
MKNEL 241655004 12
MKNER 241656003 12
MPELV 241629000 10
XKNEL 168661008 26
XKNER 168660009 26
XHIPB 168619004 24
XPELV 168610000 20
XANKL 168671001 14
XWRIR 168537006 18
XHANR 168541005 16
XFOOL 168673003 14
XSHOL 168644004 14
XABDO 168821007 16
FBASW 241237009 3
NBONE 303848005 5
XMAMB 71651007 40
ECHOC 40701008 20
DEXAS 300004007 16
`;

const TEST_BITS = 10;

/** Slot: 10 random bits. */
export const imagingLookup: Lookup = {
  name: 'imaging_tests',
  columns: { nicip: 'CODE', snomed: 'CODE' },
  rows: weighted(
    TESTS.trim()
      .split('\n')
      .map((line) => line.split(' ')),
    ([, , weight]) => Number(weight),
    2 ** TEST_BITS,
    0,
    ([nicip = '', snomed = '']) => [nicip, snomed],
  ),
};

/** The Diagnostic Imaging Dataset, as submitted: the tests of one financial year up to `asAt`. */
export function dids(portion: Portion): Sql {
  const { world } = portion;
  const setting = bits('test_draw', 10, 6);
  const usesNicip = `${bits('test_draw', 16, 3)} < 3`;
  // Those in hospital are imaged at once, those sent by their GP or a clinic within weeks.
  const waited = `CASE WHEN ${setting} < 28 THEN ${bits('test_draw', 19, 1)} ELSE ${bits('test_draw', 20, 5)} END`;
  return through(
    visitsOn(portion),
    visitsSoFar(portion),
    add({ test_draw: draw(world.seed, 'dids/test', 'visit_id') }),
    add({ waited: `least(${waited}, day - dob)`, reported_on: `day + ${bits('test_draw', 25, 3)}` }),
    lookUp(['imaging_tests', bits('test_draw', 0, TEST_BITS), { nicip: 'nicip', snomed: 'snomed' }]),
    reported(world, 'dids', 'day'),
    select({
      NHS_NUMBER: 'nhs_number',
      NHS_NUMBER_STATUS_IND: 'nhs_status',
      PERSON_BIRTH_DATE: `CASE WHEN reported_dob > ${NOT_A_DATE} THEN ${date('reported_dob')} END`,
      ETHNIC_CATEGORY: 'ethnos',
      PERSON_GENDER_CODE: 'sex',
      POSTCODE: 'home',
      PRACTICE_CODE: 'practice',
      PATIENT_SOURCE_SETTING: choose(below(setting, '01<14 05<28 03<44 04<60 06<62'), '07'),
      REFERRER: 'practitioner',
      REFERRING_ORG_CODE: 'practice',
      DIAGNOSTIC_TEST_REQUEST_DATE: date('day - waited'),
      DIAG_TEST_REQUEST_REC_DATE: date(`day - least(waited, ${bits('test_draw', 28, 4)})`),
      DIAGNOSTIC_TEST_DATE: date('day'),
      IMAGING_CODE_NICIP: `CASE WHEN ${usesNicip} THEN nicip END`,
      IMAGING_CODE_SNOMED: `CASE WHEN NOT (${usesNicip}) THEN snomed END`,
      SERVICE_REPORT_DATE: `CASE WHEN reported_on <= ${world.asAt} THEN ${date('reported_on')} END`,
      SITE_CODE_IMAGING: 'site',
      RADIOLOGICAL_ACCESSION_NUM: `provider || ${recordKey(portion, 'nth')}`,
    }),
  );
}
