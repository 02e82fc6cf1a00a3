import { inspect } from 'node:util';
import { expect } from 'vitest';
import { Fault } from '../../../src/kernel/fault.ts';

/** Texts of Node, of ssh2, of ssh2-sftp-client and of OpenSSH, which may hold connection details. */
const FOREIGN =
  /getConnection|E[A-Z]{4,}\b|client-|All configured|Permission denied|No such file|Failure|Cannot parse|Timed out|_x?stat|PRIVATE KEY/;

/** The Fault that `work` ends with, after checking what holds for every Fault of a delivery. */
export async function faultOf(work: Promise<unknown>, secrets: readonly string[] = []): Promise<Fault> {
  const fault = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(fault instanceof Fault)) throw new Error(`no Fault, but ${inspect(fault)}`);
  expect(fault.exit).toBe(15);
  expect(fault.cause).toBeUndefined();
  // Not the stack, which holds the paths of source files.
  const text = `${fault.message}\n${fault.hint ?? ''}\n${JSON.stringify(fault)}`;
  expect(text).not.toMatch(FOREIGN);
  for (const secret of secrets) {
    for (const line of secret.split('\n').filter((part) => part.length >= 8)) {
      expect(text).not.toContain(line);
      expect(inspect(fault)).not.toContain(line);
    }
  }
  return fault;
}
