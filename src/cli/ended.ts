import type { ExitCode } from '../kernel/exit-code.ts';

/** Thrown by a command that has said all there is to say and ends with a code. */
export class Ended extends Error {
  readonly exit: ExitCode;

  constructor(exit: ExitCode) {
    super(`exit ${exit}`);
    this.exit = exit;
  }
}
