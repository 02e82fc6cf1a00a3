import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';

/**
 * What is said of an error that nobody foresaw: its kind and where in our code it came from. Its message could quote a
 * patient's row, so nothing of it is shown.
 */
export function bugFault(error: unknown): Fault {
  const { name, message, stack, code } = (error instanceof Error ? error : {}) as NodeJS.ErrnoException;
  const kind = /^[A-Za-z]+$/.test(name ?? '') ? name : 'something that is no error';
  const system = /^E[A-Z0-9]+$/.test(code ?? '') ? ` (${code})` : '';
  const frames = (stack ?? '')
    .replace(message ?? '', '')
    .split('\n')
    .filter((line) => /^ {4}at [^\n]*:\d+:\d+\)?$/.test(line))
    .slice(0, 8);
  return new Fault(ExitCode.bug, 'bug', `a bug in dars: ${kind}${system}`, {
    hint: ['please report it with these lines', ...frames].join('\n'),
  });
}
