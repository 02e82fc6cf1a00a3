import { DIAGNOSES, diagnoses } from './apc-diagnoses.ts';
import { MANY_SPELLS, reason, stay } from './apc-spells.ts';
import { yearMonthDay } from './calendar.ts';
import { bits, draw } from './draw.ts';
import {
  hesAge,
  mostly,
  NOT_A_DATE_DATE,
  numbered,
  PATIENT_COLUMNS,
  PROVIDER_COLUMNS,
  susRecord,
  yearColumns,
} from './hes.ts';
import { CONSULTANTS_PER_TRUST } from './places.ts';
import { reported } from './reported.ts';
import { add, all, below, choose, date, lookUp, repeat, type Sql, type Step, select, through, where } from './sql.ts';
import { type Portion, recordKey, visitsOn } from './visits.ts';

const PROCEDURES = 4;

/** HES APC: the episodes of one financial year that are known at `asAt`; those still going on are unfinished. */
export function hesApc(portion: Portion): Sql {
  const { world, year } = portion;
  return through(
    visitsOn(portion),
    reason(portion),
    stay(portion),
    reported(world, 'apc', 'admitted'),
    repeat('episodes', 'episode'),
    episode(portion),
    ...(world.asAt < year.firstDay + year.days ? [where(`episode_start <= ${world.asAt}`)] : []),
    diagnoses(portion),
    columns(portion),
  );
}

/** One episode of the spell, under one consultant. */
function episode({ world: { seed, asAt } }: Portion): Step {
  return all(
    add({
      episode_start: 'admitted + spell_nights * episode // episodes',
      episode_end: 'admitted + spell_nights * (episode + 1) // episodes',
      first: 'episode = 0',
      last: 'episode = episodes - 1',
      episode_draw: draw(seed, 'apc/episode', 'visit_id * 4 + episode'),
    }),
    add({ finished: `episode_end <= ${asAt} AND NOT (last AND cut_off)` }),
    lookUp(
      [
        'consultants',
        `trust_id * ${CONSULTANTS_PER_TRUST} + ${bits('episode_draw', 14, 5)}`,
        { consultant: 'consultant' },
      ],
      yearMonthDay('episode_start', 'start_ymd'),
      yearMonthDay('episode_end', 'end_ymd'),
    ),
  );
}

function columns(portion: Portion): Step {
  const { world } = portion;
  const flag = bits('episode_draw', 37, 10);
  const operated = 'first AND procedures > 0';
  const spellOver = 'last AND finished';
  const discharge = (notYet: string, died: string) => ({ [`NOT (${spellOver})`]: notYet, died });
  const spellNumber = draw(world.seed, 'apc/spell-number', 'visit_id');
  return select({
    ...yearColumns(portion),
    EPIKEY: recordKey(portion, `CASE WHEN count > ${MANY_SPELLS} THEN nth ELSE nth * 4 + episode END`),
    SUSRECID: susRecord(portion, 'visit_id * 4 + episode'),
    SUSSPELLID: `(1000000000 + ${spellNumber} % 8999999999)::VARCHAR`,
    ...PATIENT_COLUMNS,
    STARTAGE: hesAge('episode_start', 'start_ymd'),
    ENDAGE: `CASE WHEN finished THEN ${hesAge('episode_end', 'end_ymd')} END`,
    NEODUR: 'CASE WHEN age_days < 28 THEN age_days END',
    ADMIDATE: date('admitted'),
    ADMIMETH: 'method',
    ADMISORC: 'source',
    ADMINCAT: choose(below(bits('spell_draw', 31, 7), '99<1 02<2'), '01'),
    CLASSPAT: 'class',
    INTMANIG: 'intended',
    ELECDATE: `CASE WHEN elective = 1 THEN ${mostly('admitted - waited', 'spell_draw', 45)} END`,
    ELECDUR: `CASE WHEN elective = 0 THEN 9998 WHEN ${bits('spell_draw', 45, 10)} < 2 THEN 9999 ELSE waited END`,
    EPISTART: date('episode_start'),
    EPIEND: `CASE WHEN NOT finished THEN NULL WHEN ${flag} = 0 THEN ${NOT_A_DATE_DATE} ELSE ${date('episode_end')} END`,
    EPIDUR: 'CASE WHEN finished THEN episode_end - episode_start END',
    EPIORDER: 'episode + 1',
    EPISTAT: choose({ finished: '3' }, '1'),
    EPITYPE: choose({ born: '3', [`class = '5' OR method IN ('31', '32') AND procedures > 0`]: '2' }, '1'),
    SPELBGIN: choose({ first: '2' }, '0'),
    SPELEND: choose({ [spellOver]: 'Y' }, 'N'),
    SPELDUR: `CASE WHEN ${spellOver} THEN spell_nights END`,
    DISDATE: `CASE WHEN NOT (${spellOver}) THEN NULL WHEN ${flag} = 1 THEN ${NOT_A_DATE_DATE} ELSE ${date('discharged')} END`,
    DISMETH: choose({ ...discharge('8', '4'), ...below(bits('spell_draw', 55, 7), '9<1 2<4') }, '1'),
    DISDEST: choose({ ...discharge('98', '79'), ...below(bits('episode_draw', 47, 7), '99<1 51<5 54<9') }, '19'),
    ...numbered(DIAGNOSES, (number, two) => [`DIAG_4_${two}`, `diagnosis4_${number}`]),
    ...numbered(DIAGNOSES, (number, two) => [`DIAG_3_${two}`, `diagnosis3_${number}`]),
    DIAG_COUNT: 'diagnosis_count',
    CAUSE_4: 'CASE WHEN NOT _other_primary THEN cause END',
    CAUSE_3: 'CASE WHEN NOT _other_primary THEN cause3 END',
    ...numbered(PROCEDURES, (number, two) => [
      `OPERTN_4_${two}`,
      `CASE WHEN first THEN procedure${number} ${number === 1 ? `ELSE '-   '::code_opcs4` : ''} END`,
    ]),
    ...numbered(PROCEDURES, (number, two) => [
      `OPERTN_3_${two}`,
      `CASE WHEN first THEN procedure${number}_3 ${number === 1 ? `ELSE '-  '::code_opcs3` : ''} END`,
    ]),
    ...numbered(PROCEDURES, (number, two) => [
      `OPDATE_${two}`,
      `CASE WHEN first AND procedures >= ${number} THEN CASE WHEN ${flag} < 4 THEN ${NOT_A_DATE_DATE} ELSE ${date('least(episode_start + 1, episode_end)')} END END`,
    ]),
    OPERTN_COUNT: `CASE WHEN first THEN procedures ELSE 0 END`,
    OPERSTAT: choose({ [operated]: '1', [`procedure1_3 = '&  '`]: '9' }, '8'),
    ...PROVIDER_COLUMNS,
    CONSULT: 'consultant',
    MAINSPEF: 'main',
    TRETSPEF: 'treatment',
    SUSHRG: 'resource_group',
    FCE: 'finished::INTEGER',
    FAE: '(first AND finished)::INTEGER',
    FAE_EMERGENCY: '(first AND finished AND emergency = 1)::INTEGER',
    FDE: `(${spellOver})::INTEGER`,
  });
}
