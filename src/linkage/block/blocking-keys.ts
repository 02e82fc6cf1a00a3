import { quoteName } from '../../relation/print-sql.ts';
import type { FieldSource } from '../column-mapping.ts';

/** A part of a record that true pairs often share: a name's sound, a year of birth, an outcode. */
export interface BlockingKey {
  /** The field it is of; rules join keys of different fields. */
  readonly field: string;
  readonly label: string;
  /** SQL over a record. */
  readonly sql: string;
  /** Short of values: of use only together with two others. */
  readonly isCoarse: boolean;
  /** SQL of a list of former values of the same key. */
  readonly former?: string;
}

/** All keys that records with these features have. */
export function blockingKeys(fields: readonly FieldSource['field'][], features: ReadonlySet<string>): BlockingKey[] {
  const keys: BlockingKey[] = [];
  const add = (field: string, feature: string, isCoarse = false, former?: string): void => {
    if (!features.has(feature)) return;
    const list = former !== undefined && features.has(former) ? { former: quoteName(former) } : {};
    keys.push({ field, label: feature, sql: quoteName(feature), isCoarse, ...list });
  };
  add('given_name', 'given_name_root');
  add('given_name', 'given_name_sound', true);
  add('given_name', 'given_name_start', true);
  add('family_name', 'family_name', false, 'former_family_name');
  add('family_name', 'family_name_sound', true);
  add('family_name', 'family_name_start', true);
  add('family_name', 'family_name_end');
  add('postcode', 'postcode', false, 'former_postcode');
  add('postcode', 'postcode_out', true);
  add('address', 'address');
  add('address', 'address_start');
  for (const { name, kind } of fields) {
    switch (kind) {
      case 'date':
        add(name, name);
        add(name, `${name}_md`);
        add(name, `${name}_ym`);
        add(name, `${name}_yd`);
        add(name, `${name}_y`, true);
        break;
      case 'number':
      case 'telephone':
      case 'text':
        add(name, name);
        break;
      case 'place':
        add(name, name, true);
        break;
      case 'email':
        add(name, name);
        add(name, 'email_local');
        break;
      default:
        break;
    }
  }
  return keys;
}
