import { basename } from 'node:path';
import type { Command } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { reidentify } from '../../release/reidentification/reidentify.ts';
import { presentUser } from '../present-user.ts';
import { readInput } from '../read-input.ts';
import { answerPlace, namedKeys, wire } from '../wire.ts';
import { contextOf, openWorkspace } from './command-context.ts';

const REQUEST = `
A request is a YAML file, which two approvers sign as it stands (gpg --armor --detach-sign request.yaml):
  request: RE-2026-001
  agreement: DARS-NIC-147750-8GS7S
  requester: a name of reidentification.requesters in dars.yaml
  reason: why, without anything of a patient
  legal_basis: …
  valid_until: 2026-12-31
  tokens: [ 843287198F2DC012AFFA4D5155344F2A ]
It is answered once, encrypted to the requester. Asked, allowed or refused: the ledger has it.`;

export function addReidentify(program: Command): void {
  program
    .command('reidentify')
    .description('learn whom a few tokens stand for, with the signatures of two approvers')
    .argument('<file>', 'the request, a YAML file')
    .requiredOption('--signature <files...>', 'detached OpenPGP signatures over the request, of two approvers')
    .requiredOption('--out <file>', 'a new file for the answer, which only the requester can read')
    .addHelpText(
      'after',
      `${REQUEST}\n\nExample:\n  dars reidentify request.yaml --signature a.asc b.asc --out answer.csv.gpg`,
    )
    .action(async (path: string, options: { signature: string[]; out: string }, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const settings = workspace.file.reidentification;
      if (settings === undefined) {
        throw new Fault(ExitCode.refused, 'no-reidentification', 'nobody may have tokens turned back here', {
          hint: 'dars.yaml names approvers and requesters under reidentification',
        });
      }
      const { bytes } = await readInput(path);
      const signatures: string[] = [];
      for (const each of options.signature)
        signatures.push(Buffer.from((await readInput(each)).bytes).toString('utf8'));
      const place = await answerPlace(options.out);
      const answered = await reidentify(
        {
          file: basename(path),
          bytes,
          signatures,
          approvers: await namedKeys(workspace, settings.approvers),
          requesters: await namedKeys(workspace, settings.requesters),
          cap: settings.cap,
          by: presentUser(),
        },
        place,
        wire(workspace, context.now, context.reporter.event),
      );
      const { request, approvers, found, sha256 } = answered;
      context.reporter.result(
        `Answered: request ${request.request}, ${found} of ${request.tokens.length} found; approved by ${approvers.join(' and ')}\n${options.out}\n  encrypted to ${request.requester}, sha256 ${sha256}`,
        { request: request.request, tokens: request.tokens.length, found, approvers, file: options.out, sha256 },
      );
    });
}
