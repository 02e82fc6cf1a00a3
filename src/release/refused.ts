import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Refusal } from '../gate/gate.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { Refused } from '../ledger/entries.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';

/** The entry that says what was refused and why. */
export function refusedEntry(
  refusals: readonly Refusal[],
  { pipeline }: LoadedPipeline,
  { reference }: LoadedAgreement,
): Refused {
  return {
    kind: 'refused',
    pipeline: pipeline.pipeline,
    agreement: reference.text,
    refusals: refusals.map(({ code, path = '', message }) => ({ code, path, message })),
  };
}

export function refusedFault(refusals: readonly Refusal[]): Fault {
  const why = refusals.length === 1 ? '1 reason' : `${refusals.length} reasons`;
  return new Fault(ExitCode.refused, refusals[0]?.code ?? 'refused', `refused, for ${why}; nothing was released`, {
    problems: refusals,
  });
}
