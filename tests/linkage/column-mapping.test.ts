import { describe, expect, test } from 'vitest';
import { Fault } from '../../src/kernel/fault.ts';
import { mapColumns } from '../../src/linkage/column-mapping.ts';

const read = (text: string | undefined, ...columns: string[]): string[] =>
  mapColumns(text, columns, '--a').fields.map(({ field, columns: from }) => `${field.name}=${from.join('+')}`);

function refusal(text: string, ...columns: string[]): Fault {
  try {
    mapColumns(text, columns, '--a');
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error('it was accepted');
}

describe('a mapping of columns', () => {
  test('is not needed for columns that are named as in PDS', () => {
    expect(
      read(undefined, 'NHS_NUMBER', 'Given Name', 'family_name', 'date_of_birth', 'sex', 'postcode', 'shoe'),
    ).toEqual([
      'nhs_number=NHS_NUMBER',
      'given_name=Given Name',
      'family_name=family_name',
      'date_of_birth=date_of_birth',
      'gender=sex',
      'postcode=postcode',
    ]);
  });

  test('joins columns, and knows fields by other names', () => {
    expect(read('first_name=a,dob=y+m+d,surname=b', 'a', 'b', 'y', 'm', 'd')).toEqual([
      'given_name=a',
      'date_of_birth=y+m+d',
      'family_name=b',
    ]);
  });

  test('says what is left out', () => {
    expect(mapColumns('given_name=a', ['a', 'b', 'cluster'], '--a').ignored).toEqual(['b', 'cluster']);
  });

  test('takes any name for a text of the user’s own, and says so', () => {
    expect(mapColumns('shoe=a', ['a'], '--a').asText).toEqual(['shoe']);
  });

  test.each([
    ['given_name=firstnam', '--a: there is no column "firstnam"', 'did you mean "firstname"?'],
    ['givn_name=firstname', '--a: there is no field "givn_name"', 'did you mean given_name?'],
    ['given_name', '--a: "given_name" is not field=column', 'for example given_name=firstname,family_name=surname'],
    [
      'given_name=firstname,forename=firstname',
      '--a maps given_name twice',
      'join columns with +, as address=street+town',
    ],
    [
      "x'); DROP TABLE a; --=firstname",
      `--a: "x'); DROP TABLE a; --" can’t be the name of a field`,
      'letters, digits and underscores',
    ],
  ])('%s is refused with what is wrong and a hint', (text, message, hint) => {
    expect(refusal(text, 'firstname', 'town')).toMatchObject({ message, hint, exit: 2 });
  });
});
