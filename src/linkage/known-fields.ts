/** How values of a field are standardised and compared. */
export type FieldKind =
  | 'given-name'
  | 'family-name'
  | 'other-given-name'
  | 'full-name'
  | 'former-family-name'
  | 'date'
  | 'sex'
  | 'postcode'
  | 'former-postcode'
  | 'address'
  | 'place'
  | 'text'
  | 'email'
  | 'telephone'
  | 'number'
  /** What PDS says of the record itself: it is kept, and compared with nothing. */
  | 'record-state';

/** A field that linkage knows how to compare. */
export interface KnownField {
  /** Its name, as in PDS where PDS has it. A column of this name needs no mapping. */
  readonly name: string;
  readonly kind: FieldKind;
  /** Other names that a mapping may use for it. */
  readonly aliases: readonly string[];
}

const field = (name: string, kind: FieldKind, ...aliases: string[]): KnownField => ({ name, kind, aliases });

/** Every known field. Those of PDS keep PDS's names (catalogue/datasets/pds.yaml). */
export const KNOWN_FIELDS: readonly KnownField[] = [
  field('nhs_number', 'number', 'nhs_no', 'nhsnumber'),
  field('identifier', 'number', 'national_id', 'social_security_number', 'ssn', 'soc_sec_id', 'passport_number'),
  field('given_name', 'given-name', 'first_name', 'firstname', 'forename', 'givenname'),
  field('family_name', 'family-name', 'surname', 'last_name', 'lastname', 'familyname'),
  field('other_given_name', 'other-given-name', 'middle_name', 'middle_names', 'other_names', 'second_name'),
  field('full_name', 'full-name', 'name', 'fullname'),
  field('former_family_name', 'former-family-name', 'maiden_name', 'birth_name', 'previous_surname'),
  field('date_of_birth', 'date', 'dob', 'birth_date', 'birthdate', 'dateofbirth'),
  field('date_of_death', 'date', 'dod', 'death_date'),
  field('gender', 'sex', 'sex'),
  field('postcode', 'postcode', 'post_code', 'postal_code', 'zip', 'zip_code', 'zipcode'),
  field('former_postcode', 'former-postcode', 'previous_postcode'),
  field('house_number', 'address', 'street_number', 'number'),
  field('address', 'address', 'street', 'street_name', 'street_address', 'address_1', 'address1'),
  field('address_line_1', 'address'),
  field('address_line_2', 'address', 'address_2', 'address2'),
  field('address_line_3', 'address'),
  field('address_line_4', 'address'),
  field('address_line_5', 'address'),
  field('city', 'place', 'town', 'suburb', 'locality', 'village'),
  field('county', 'place', 'state', 'region', 'province', 'district'),
  field('country', 'place'),
  field('place_of_birth', 'place', 'birth_place', 'birthplace', 'town_of_birth'),
  field('country_of_birth', 'text', 'birth_country'),
  field('occupation', 'text', 'job', 'profession', 'job_title'),
  field('email', 'email', 'e_mail', 'email_address'),
  field('telephone', 'telephone', 'phone', 'phone_number', 'telephone_number'),
  field('mobile', 'telephone', 'mobile_number', 'mobile_phone'),
  field('gp_practice_code', 'place', 'gp_practice', 'gp'),
  field('replaced_by', 'record-state', 'superseded_by'),
  field('confidentiality', 'record-state'),
];

/** Spelling variants of one name compare equal: `Date of Birth`, `date-of-birth`, `DATE_OF_BIRTH`. */
export function fieldSpelling(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/g, '_');
}

/** The field that a mapping means by a name, or undefined if it is none that is known. */
export function knownField(name: string): KnownField | undefined {
  const spelled = fieldSpelling(name);
  return KNOWN_FIELDS.find(({ name: own, aliases }) => own === spelled || aliases.includes(spelled));
}

/** The field of a column that nobody mapped: only names as in PDS and of the other known fields count, and `sex`. */
export function fieldOfColumn(column: string): KnownField | undefined {
  const spelled = fieldSpelling(column);
  return KNOWN_FIELDS.find(({ name }) => name === spelled || (name === 'gender' && spelled === 'sex'));
}
