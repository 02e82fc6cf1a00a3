import type { Produced } from '../engine/engine.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { FilePlan } from '../plan/plan.ts';

/**
 * That a file was made out of something. A source without a row, and one in which PDS knows nobody, are what a fetch
 * that failed leaves behind; they would make a valid, signed release of nothing. A selection that selects nobody may.
 */
export function checkProduced({ dataset, productKind }: FilePlan, { waterfall }: Produced): void {
  const rowsOf = (step: string): number => waterfall.find((each) => each.step === step)?.rows ?? 0;
  // Members are looked at where the report is made; that there is nothing to tell of them is no fault.
  if (productKind === 'tracking') return;
  if (rowsOf('in') === 0) {
    throw new Fault(ExitCode.source, 'no-rows', `the source of ${dataset} has no rows`, {
      hint: `see sources.${dataset}.path in dars.yaml; is the file whole?`,
    });
  }
  if (rowsOf('unresolved') === rowsOf('in')) {
    throw new Fault(ExitCode.source, 'nobody-resolved', `PDS knows nobody in the source of ${dataset}`, {
      hint: 'see sources.pds.path in dars.yaml; is the file whole, and of the same people?',
    });
  }
}
