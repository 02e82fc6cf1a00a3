import type { ExitCode } from './exit-code.ts';
import type { Problem } from './problem.ts';

/**
 * A failure that a user can understand: one sentence, a hint, a fixed exit code, no stack.
 * Anything else that is thrown is a bug (exit 70). The message must not hold a patient's value or a secret; for that
 * reason a fault never wraps the message of a foreign error, only what we know to be safe of it.
 */
export class Fault extends Error {
  readonly exit: ExitCode;
  readonly code: string;
  readonly hint: string | undefined;
  readonly problems: readonly Problem[];

  constructor(
    exit: ExitCode,
    code: string,
    message: string,
    more: { readonly hint?: string; readonly problems?: readonly Problem[] } = {},
  ) {
    super(message);
    this.name = 'Fault';
    this.exit = exit;
    this.code = code;
    this.hint = more.hint;
    this.problems = more.problems ?? [];
  }
}
