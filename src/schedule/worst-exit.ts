import { ExitCode } from '../kernel/exit-code.ts';

/**
 * Exit codes from the worst to none: what says that dars itself or its record can't be trusted; what could have let
 * out too much; what somebody has to mend, in data or in files; what the law or an agreement says; and last a delivery
 * that failed, which is tried again by itself.
 */
const FROM_WORST: readonly ExitCode[] = [
  ExitCode.bug,
  ExitCode.ledger,
  ExitCode.disclosure,
  ExitCode.encryption,
  ExitCode.source,
  ExitCode.workspace,
  ExitCode.usage,
  ExitCode.refused,
  ExitCode.delivery,
  ExitCode.done,
];

export function worstExit(exits: readonly ExitCode[]): ExitCode {
  return FROM_WORST.find((exit) => exits.includes(exit)) ?? ExitCode.done;
}
