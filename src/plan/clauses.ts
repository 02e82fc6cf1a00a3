import type { Grant } from '../agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Reason } from './plan.ts';

/** Says of each step what requires it: a place in the agreement or the pipeline, or a rule of the design. */
export class Clauses {
  readonly #agreement: LoadedAgreement;
  readonly #pipeline: LoadedPipeline;

  constructor(agreement: LoadedAgreement, pipeline: LoadedPipeline) {
    this.#agreement = agreement;
    this.#pipeline = pipeline;
  }

  grant(grant: Grant, part: string, words: string): Reason {
    const index = this.#agreement.agreement.datasets.indexOf(grant);
    return { clause: `${this.#agreement.reference.text} datasets[${index}]${part === '' ? '' : `.${part}`}`, words };
  }

  agreement(part: string, words: string): Reason {
    return { clause: `${this.#agreement.reference.text} ${part}`, words };
  }

  pipeline(path: readonly PropertyKey[], words: string): Reason {
    const at = path.reduce<string>(
      (text, part) =>
        typeof part === 'number' ? `${text}[${part}]` : `${text}${text === '' ? '' : '.'}${String(part)}`,
      '',
    );
    return { clause: `pipeline ${this.#pipeline.pipeline.pipeline} ${at}`, words };
  }

  rule(rule: string, words: string): Reason {
    return { clause: rule, words };
  }
}
