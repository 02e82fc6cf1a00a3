import type { Grant, Identifiability, ProductKind } from '../agreement/agreement-schema.ts';
import { problemAt } from '../kernel/document.ts';
import { cohortUploads, type Product, type Selection, selectionsOf } from '../pipeline/pipeline-schema.ts';
import type { Asking } from './asking.ts';
import { clauseOf, grantOf } from './clause.ts';
import { fieldRefusals } from './fields-within-grant.ts';
import { atMost, DETAIL } from './identifiability.ts';
import type { Refusal } from './refusal.ts';
import { rowRefusals } from './rows-within-grant.ts';
import { tabulationRefusals } from './tabulation-within-grant.ts';

/** Everything asked is granted: product, dataset, identifiability, year, row, field. Never a silent intersection. */
export function grantRefusals(asking: Asking): Refusal[] {
  const products = asking.pipeline.pipeline.products.flatMap((product, index) => [
    ...mixtureRefusals(product, index, asking),
    ...applicantsCohortRefusals(product, index, asking),
    ...selectionsOf(product, ['products', index]).flatMap(({ selection, path }) =>
      selectionRefusals(selection, path, product, ['products', index], asking),
    ),
  ]);
  return [...products, ...cohortRefusals(asking)];
}

function selectionRefusals(
  selection: Selection,
  path: readonly PropertyKey[],
  product: Product,
  productPath: readonly PropertyKey[],
  asking: Asking,
): Refusal[] {
  const { pipeline, agreement } = asking;
  const grant = grantOf(agreement, selection.dataset);
  if (grant === undefined) return [datasetRefusal(selection.dataset, path, asking)];
  const refusals: Refusal[] = [];
  const clause = clauseOf(agreement, grant);
  if (!grant.products.includes(product.product)) {
    refusals.push(
      problemAt(
        pipeline.document,
        [...productPath, 'product'],
        'product-not-granted',
        `${selection.dataset} is not granted as ${product.product}`,
        `${clause} products grants ${grant.products.join(', ') || 'none'}`,
      ),
    );
  }
  const granted = grant.identifiability ?? 'aggregated';
  const asked = askedDetail(product, granted);
  if (cohortUploads(product).length > 0 && asked !== 'identifiable') {
    refusals.push(
      problemAt(
        pipeline.document,
        [...productPath, 'identifiability'],
        'identifiability-not-granted',
        `${product.product} goes out under the applicant’s own study ids, which say to them who is who: it is identifiable data`,
        `${clause} identifiability: ${granted}`,
      ),
    );
  } else if (DETAIL[asked] > DETAIL[granted] || (asked === 'aggregated' && product.product !== 'tabulation')) {
    refusals.push(
      problemAt(
        pipeline.document,
        [...productPath, 'identifiability'],
        'identifiability-not-granted',
        `${product.product} of ${selection.dataset} can't go out ${asked} under a grant of ${granted} data`,
        `${clause} identifiability: ${granted}`,
      ),
    );
  }
  const identifiability = atMost(asked, granted);
  const counted = product.product === 'tabulation';
  if (counted) refusals.push(...tabulationRefusals(product, selection, grant, path, asking));
  const outcome = { identifiability, named: granted === 'identifiable' && !counted };
  refusals.push(...rowRefusals(selection, grant, path, outcome, asking));
  refusals.push(...fieldRefusals(selection, grant, path, identifiability, asking));
  return refusals;
}

/** An applicant's cohort is what the agreement describes, and so is what may be told of how its members were found. */
function applicantsCohortRefusals(product: Product, index: number, { pipeline, agreement }: Asking): Refusal[] {
  const uploads = cohortUploads(product);
  if (uploads.length === 0) return [];
  const { cohort } = agreement.agreement;
  const refusals: Refusal[] = [];
  const refuse = (part: PropertyKey[], code: string, message: string, hint: string): void => {
    refusals.push(problemAt(pipeline.document, ['products', index, ...part], code, message, hint));
  };
  if (cohort === undefined) {
    refuse(
      ['cohort'],
      'cohort-not-granted',
      'the agreement is for no cohort of the applicant’s',
      `${agreement.document.file} says under cohort: what such a file may hold`,
    );
  }
  const nic = agreement.reference.nic.replace(/^NIC-?/i, '');
  const isNamed = (path: string): boolean =>
    new RegExp(`^NIC-?${nic}(?![0-9])`, 'i').test(path.split('/').at(-1) ?? '');
  if (!uploads.every(isNamed)) {
    refuse(
      ['cohort'],
      'cohort-file-name',
      'the cohort file is not named for this agreement, and may be another applicant’s',
      `its name begins with NIC-${nic}`,
    );
  }
  const ungranted = ((product.product === 'bespoke-linkage' && product.match_file) || []).filter(
    (name) => cohort?.match_file.includes(name) !== true,
  );
  if (ungranted.length > 0) {
    refuse(
      ['match_file'],
      'field-not-granted',
      `a match file with ${ungranted.join(', ')} is not granted`,
      `${agreement.document.file} cohort.match_file grants ${cohort?.match_file.join(', ') || 'none'}`,
    );
  }
  return refusals;
}

/** A tabulation tells of nobody, whatever is granted; other products as much as is granted, or less where they say so. */
function askedDetail(product: Product, granted: Identifiability): Identifiability {
  return product.product === 'tabulation' ? 'aggregated' : (product.identifiability ?? granted);
}

/** One person key for all files of a linked product: numbers in one and tokens in another would name the tokens. */
function mixtureRefusals(product: Product, index: number, { pipeline, agreement }: Asking): Refusal[] {
  if (product.product !== 'linked' || product.identifiability !== undefined) return [];
  const granted = product.datasets.flatMap(({ dataset }) => grantOf(agreement, dataset)?.identifiability ?? []);
  if (new Set(granted).size < 2) return [];
  return [
    problemAt(
      pipeline.document,
      ['products', index],
      'identifiability-mixed',
      `the datasets of ${product.name} are granted with different identifiability, and linked files have one`,
      'add identifiability: pseudonymised to the product',
    ),
  ];
}

/**
 * A cohort tells of everybody in the release that they have such a row. So its rows must themselves be granted, a row a
 * person, with no less identifiability than the release has; and those who opted out of that dataset must not come back
 * through one that is exempt.
 */
function cohortRefusals(asking: Asking): Refusal[] {
  const { pipeline, agreement } = asking;
  const { cohort, products } = pipeline.pipeline;
  if (cohort === undefined || !('dataset' in cohort)) return [];
  const grant = grantOf(agreement, cohort.dataset);
  if (grant === undefined) return [datasetRefusal(cohort.dataset, ['cohort'], asking)];
  const clause = clauseOf(agreement, grant);
  const refusals: Refusal[] = [];
  const refuse = (code: string, message: string, hint: string): void => {
    refusals.push(problemAt(pipeline.document, ['cohort', 'dataset'], code, message, hint));
  };
  if (!givesRows(grant)) {
    refuse(
      'cohort-not-granted',
      `a cohort would tell who has a row in ${cohort.dataset}, and its rows are not granted`,
      `${clause} products grants ${grant.products.join(', ') || 'none'}`,
    );
  }
  const chosen = products.flatMap((product) =>
    selectionsOf(product, []).flatMap(({ selection }) => {
      const own = grantOf(agreement, selection.dataset);
      if (own === undefined) return [];
      const granted = own.identifiability ?? 'aggregated';
      return [{ own, asked: atMost(askedDetail(product, granted), granted) }];
    }),
  );
  const finer = chosen.find(({ asked }) => DETAIL[asked] > DETAIL[grant.identifiability ?? asked]);
  if (finer !== undefined) {
    refuse(
      'identifiability-not-granted',
      `${cohort.dataset} can't choose the people of ${finer.asked} ${finer.own.dataset}: it is granted ${grant.identifiability}`,
      `${clause} identifiability: ${grant.identifiability}`,
    );
  }
  const exempt = chosen.find(({ own }) => !own.opt_outs.apply);
  if (grant.opt_outs.apply && exempt !== undefined) {
    refuse(
      'cohort-opt-outs',
      `opt-outs apply to ${cohort.dataset}, and this cohort would choose people of ${exempt.own.dataset}, which is exempt`,
      `${clause} opt_outs: a cohort needs the exemption as well`,
    );
  }
  const named = [grant, ...chosen.map(({ own }) => own)].some((each) => each.identifiability === 'identifiable');
  return [...refusals, ...rowRefusals(cohort, grant, ['cohort'], { identifiability: 'cohort', named }, asking)];
}

/** Kinds of products in which a person is a row. PDS as a mere join gives its columns a row a person too. */
const OF_ROWS: readonly ProductKind[] = ['extract', 'linked', 'bespoke-linkage', 'tracking'];

function givesRows({ products, identifiability }: Grant): boolean {
  return (
    identifiability !== 'aggregated' && (products.length === 0 || products.some((product) => OF_ROWS.includes(product)))
  );
}

function datasetRefusal(dataset: string, path: readonly PropertyKey[], { pipeline, agreement }: Asking): Refusal {
  return problemAt(
    pipeline.document,
    [...path, 'dataset'],
    'dataset-not-granted',
    `the agreement does not grant ${dataset}`,
    `${agreement.document.file} datasets grants ${agreement.agreement.datasets.map((each) => each.dataset).join(', ')}`,
  );
}
