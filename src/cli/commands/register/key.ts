import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ExitCode } from '../../../kernel/exit-code.ts';
import { Fault } from '../../../kernel/fault.ts';
import { isKeyName } from '../../../ledger/signed-note.ts';
import { makeRegisterKey } from '../../wire-register.ts';
import { contextOf } from '../command-context.ts';

export function addKey(register: Command): void {
  register
    .command('key')
    .description('make the key that signs publications; name its file as keys.register in dars.yaml')
    .requiredOption('--name <origin>', 'how the log is called for ever: a URL of yours without https://')
    .requiredOption('--out <file>', 'a new file for the private key')
    .addHelpText(
      'after',
      '\nExample:\n  dars register key --name register.example.org/dars --out keys/register.key\n\nAnnounce the public key, which it prints, where people look for what they can trust.',
    )
    .action(async (options: { name: string; out: string }, command: Command) => {
      const { reporter } = contextOf(command);
      if (!isKeyName(options.name)) {
        throw new Fault(ExitCode.usage, 'key-name', '--name may have no blanks and no plus sign', {
          hint: 'for example register.example.org/dars',
        });
      }
      const verifier = await makeRegisterKey(options.name, resolve(options.out));
      reporter.result(`The public key, for everybody:\n${verifier}`, { verifier_key: verifier, file: options.out });
    });
}
