import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { agreementKey } from '../kernel/pseudonym.ts';
import type { Secret } from '../kernel/secret.ts';
import type { KeyProvider } from './key-provider.ts';

/** A version of the master key, read when it is needed. */
export interface HeldKey {
  readonly version: number;
  readonly master: () => Promise<Secret<Uint8Array>>;
}

/** Master keys that this machine can read: from a file, the environment or a command. */
export function heldKeys(keys: readonly HeldKey[]): KeyProvider {
  return {
    async agreementKey(stem, version) {
      const newest = Math.max(...keys.map((each) => each.version));
      const held = keys.find((each) => each.version === (version ?? newest));
      if (held === undefined) {
        throw new Fault(
          ExitCode.workspace,
          'key-version',
          `keys.pseudonym has no version ${version}, with which the tokens of ${stem} are made`,
          { hint: 'name the earlier key under keys.pseudonym.before, or its tokens would no longer join' },
        );
      }
      return { key: agreementKey(await held.master(), stem), version: held.version };
    },
  };
}
