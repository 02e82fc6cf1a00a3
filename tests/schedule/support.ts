import { agreementSchema } from '../../src/agreement/agreement-schema.ts';
import type { LoadedAgreement } from '../../src/agreement/loaded-agreement.ts';
import { parseAgreementReference } from '../../src/kernel/agreement-reference.ts';
import type { Document } from '../../src/kernel/document.ts';
import type { KnownBody } from '../../src/ledger/entries.ts';
import type { Entry } from '../../src/ledger/ledger.ts';
import type { LoadedPipeline } from '../../src/pipeline/loaded-pipeline.ts';
import { pipelineSchema } from '../../src/pipeline/pipeline-schema.ts';
import type { DueFacts } from '../../src/schedule/due-list.ts';
import { intended, releasedFile } from '../ledger/bodies.ts';
import { agreementTree, pipelineTree, type Tree } from '../support/make-workspace.ts';

const document: Document = { file: 'some.yaml', value: undefined, lineOf: () => 1 };

/** A pipeline of one extract under an agreement of its own, or of the number that is given. */
export function pipelineOf(name: string, schedule: Tree | undefined, agreement: string): LoadedPipeline {
  const tree = { ...pipelineTree(), pipeline: name, agreement, ...(schedule === undefined ? {} : { schedule }) };
  return { pipeline: pipelineSchema.parse(tree), document };
}

export function agreementOf(reference: string, frequency: string, start = '2020-01-01'): LoadedAgreement {
  const tree = agreementTree('A'.repeat(40));
  const [grant, ...rest] = tree['datasets'] as Tree[];
  const agreement = agreementSchema.parse({
    ...tree,
    reference,
    term: { start, end: '2035-12-31' },
    datasets: [{ ...grant, frequency }, ...rest],
  });
  const parsed = parseAgreementReference(reference);
  if (parsed === undefined) throw new Error(`${reference} is no reference`);
  return { agreement, reference: parsed, document };
}

export function referenceOf(number: number): string {
  return `DARS-NIC-${100_000 + number}-A1B2C-v1.0`;
}

/** A ledger in memory, whose entries carry the time that they are given. */
export class LedgerOf {
  readonly entries: Entry[] = [];

  append(body: KnownBody, time: Date): void {
    this.entries.push({ ...body, seq: this.entries.length + 1, time: time.toISOString(), previous: '0'.repeat(64) });
  }

  intend(release: string, { pipeline }: LoadedPipeline, time: Date, destination = 'shelf', replaces?: number): void {
    const number = this.entries.length + 1;
    const { agreement } = pipeline;
    const file = releasedFile(number);
    const base = intended(release, [], replaces);
    this.append(
      { ...base, pipeline: pipeline.pipeline, agreement, files: [file], recipient: { ...base.recipient, destination } },
      time,
    );
  }

  deliver(release: string, time: Date): void {
    this.append({ kind: 'delivered', release, destination: 'somewhere', at: time.toISOString() }, time);
  }

  fail(release: string, time: Date, code = 'unreachable'): void {
    this.append({ kind: 'failed', release, step: 'deliver', code, message: 'it refuses connections' }, time);
  }

  refuse({ pipeline }: LoadedPipeline, time: Date, code = 'expired'): void {
    const refusals = [{ code, path: '', message: 'the agreement ended' }];
    this.append({ kind: 'refused', pipeline: pipeline.pipeline, agreement: pipeline.agreement, refusals }, time);
  }
}

export function factsOf(
  now: Date | string,
  pipelines: readonly LoadedPipeline[],
  agreements: readonly LoadedAgreement[],
  entries: readonly Entry[] = [],
  more: Partial<DueFacts> = {},
): DueFacts {
  return {
    now: typeof now === 'string' ? new Date(now) : now,
    holidays: [],
    pipelines,
    agreements,
    entries,
    keepDays: 14,
    again: false,
    ...more,
  };
}
