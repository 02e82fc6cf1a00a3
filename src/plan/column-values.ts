import { PDS } from '../catalogue/catalogue.ts';
import {
  call,
  choose,
  coalesce,
  column,
  compare,
  type Expression,
  integer,
  nothing,
  or,
  text,
  truth,
} from '../relation/expression.ts';
import { must } from './checked.ts';
import type { OutputColumn, ReadColumn, Step } from './plan.ts';
import { present, presentDate, read_ } from './row-conditions.ts';

/**
 * A PDS column as far as the record alone can make it: withheld where the record is sensitive, derived unless the row's
 * event or a lookup is needed as well.
 */
export function ofRecord(each: OutputColumn): Expression {
  const value = each.at !== undefined || isGeography(each) ? column(each.from) : derived(each, column(each.from));
  return each.withheld ? choose([[column('#sensitive'), nothing()]], value) : value;
}

/** A column of the output, from what the joins brought. */
export function finished(
  each: OutputColumn,
  demographics: readonly ReadColumn[],
  read: Step & { kind: 'read' },
): Expression {
  if (isGeography(each)) return column(`#geo ${each.name}`);
  if (each.of === 'match') return column(`#match ${each.from}`);
  if (each.of === 'pds') {
    const value = column(`#pds ${each.name}`);
    return each.at === undefined ? value : aged(each, present(value, each.from, demographics), read.columns);
  }
  const value = column(read_(each.from));
  const made =
    each.at === undefined ? derived(each, value) : aged(each, presentDate(each.from, read.columns), read.columns);
  if (!each.withheld) return made;
  const sensitive = [
    coalesce(column('#sensitive'), truth(false)),
    ...marked(read).map((name) => isSensitive(column(read_(name)))),
  ];
  return choose([[or(...sensitive), nothing()]], made);
}

/** Whatever is not known to be harmless counts as sensitive. Never null. */
export function isSensitive(confidentiality: Expression): Expression {
  return coalesce(compare(call('code', confidentiality), '<>', text('U')), truth(false));
}

/** The columns of a row that say whether it is itself a sensitive record: PDS has superseded ones beside the current. */
export function marked({ dataset, columns }: Step & { kind: 'read' }): string[] {
  return dataset === PDS ? columns.map(({ name }) => name).filter((name) => name === 'confidentiality') : [];
}

/** An age at the row's event, or its band. There is none where the one date or the other stands for none. */
function aged(each: OutputColumn, born: Expression, read: readonly ReadColumn[]): Expression {
  const age = call('age', born, presentDate(must(each.at), read));
  if (each.as === 'age_band_5') return call('age_band', age, integer(5));
  return each.as === 'age_band_10' ? call('age_band', age, integer(10)) : age;
}

function derived(each: OutputColumn, value: Expression): Expression {
  if (each.token !== undefined)
    return call('token', text(each.token), each.sourceType === 'date' ? call('date_text', value) : value);
  const { as } = each;
  if (as === undefined) return value;
  switch (as) {
    case 'year':
      return each.concept === 'birth_month' ? call('year_of_mmyyyy', value) : call('year', value);
    case 'month':
    case 'quarter':
    case 'mmyyyy':
    case 'outcode':
      return call(as, value);
    case 'area':
      return call('postcode_area', value);
    case '3_characters':
      return call('three_characters', value);
    case 'chapter':
      return call(each.concept === 'icd10' ? 'icd10_chapter' : 'opcs4_chapter', value);
    // These need more than the value: see aged and geography.
    case 'age':
    case 'age_band_5':
    case 'age_band_10':
    case 'msoa':
    case 'local_authority':
    case 'region':
      return value;
  }
}

export function isGeography({ as }: OutputColumn): boolean {
  return as === 'msoa' || as === 'local_authority' || as === 'region';
}
