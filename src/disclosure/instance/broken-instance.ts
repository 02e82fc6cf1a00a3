import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';

/** The fault of a file that holds no tables that could be worked with. `place` is what a person would look for in it. */
export function brokenInstance(place: string, message: string, hint?: string): Fault {
  return new Fault(ExitCode.workspace, 'broken-instance', `${place}: ${message}`, hint === undefined ? {} : { hint });
}
