import { join } from 'node:path';
import type { Truth } from './evaluate.ts';

/** Files to link, what is said to `dars link` of them, and what others are known to have made of them. */
export interface BenchmarkSet {
  readonly name: string;
  readonly truth: Truth;
  readonly options: readonly string[];
  /** Published pairwise figures; sources in README.md. */
  readonly published: string;
}

const FEBRL =
  'given_name=given_name,family_name=surname,house_number=street_number,address=address_1+address_2,city=suburb,postcode=postcode,county=state,date_of_birth=date_of_birth,identifier=soc_sec_id';
const FAKE = 'given_name=first_name,family_name=surname,date_of_birth=dob,city=city,email=email';
const HISTORICAL =
  'given_name=first_name,family_name=surname,date_of_birth=dob,place_of_birth=birth_place,postcode=postcode_fake,gender=gender,occupation=occupation';
/** `rec-223-org` and `rec-223-dup-0` are one person. */
const FEBRL_PERSON = `regexp_extract(rec_id, 'rec-(\\d+)-', 1)`;

/** The public sets, in a folder of them as they were published. */
export function publicSets(folder: string): readonly BenchmarkSet[] {
  const dedupe = (
    name: string,
    file: string,
    aId: string,
    mapping: string,
    person: string,
    published: string,
  ): BenchmarkSet => ({
    name,
    truth: { a: join(folder, file), aId, person },
    options: ['--dedupe', '--a-id', aId, '--a', mapping],
    published,
  });
  return [
    dedupe('febrl1', 'dataset1.csv', 'rec_id', FEBRL, FEBRL_PERSON, ''),
    dedupe('febrl2', 'dataset2.csv', 'rec_id', FEBRL, FEBRL_PERSON, ''),
    dedupe('febrl3', 'dataset3.csv', 'rec_id', FEBRL, FEBRL_PERSON, 'Splink .9929, best .9954; GoldenMatch .996'),
    dedupe('fake_1000', 'fake_1000.csv', 'unique_id', FAKE, 'cluster', 'Splink .8058, best .8617'),
    dedupe('fake_20000', 'fake_20000.csv', 'unique_id', FAKE, '"group"', ''),
    dedupe(
      'historical_50k',
      'historical_figures_with_errors_50k.parquet',
      'unique_id',
      HISTORICAL,
      'cluster',
      'Splink .757; GoldenMatch .827',
    ),
  ];
}
