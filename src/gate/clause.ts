import type { Grant } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';

/** The entry of the agreement for a dataset; the checks made sure that there is one at most. */
export function grantOf({ agreement }: LoadedAgreement, dataset: string): Grant | undefined {
  return agreement.datasets.find((grant) => grant.dataset === dataset);
}

/** Where a grant stands, as hints name it: `agreements/dsa.yaml:40 datasets[0]`. */
export function clauseOf({ agreement, document }: LoadedAgreement, grant: Grant): string {
  const index = agreement.datasets.indexOf(grant);
  return `${document.file}:${document.lineOf(['datasets', index])} datasets[${index}]`;
}
