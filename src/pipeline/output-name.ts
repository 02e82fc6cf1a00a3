import type { AskedField } from './pipeline-schema.ts';

/** The name that a field has in the output: as asked, `PDS_GENDER` for `pds.gender`, `ADMIDATE_YEAR` for a derivation. */
export function outputName(field: AskedField): string {
  if (field.name !== undefined) return field.name;
  const plain = /^pds\./i.test(field.from) ? field.from.replace('.', '_').toUpperCase() : field.from;
  return field.as === undefined ? plain : `${plain}_${field.as}`.toUpperCase();
}
