import type { Command } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { formatTable } from '../table.ts';
import { contextOf, openWorkspace } from './command-context.ts';

export function addAgreement(program: Command): void {
  const agreement = program.command('agreement').description('the data sharing agreements of the workspace');
  agreement
    .command('list')
    .description('every agreement version')
    .addHelpText('after', '\nExample:\n  dars agreement list')
    .action(async (_options, command: Command) => {
      const context = contextOf(command);
      const { agreements } = await openWorkspace(context);
      const rows = agreements.map(({ agreement: each, reference }) => [
        reference.text,
        `${each.term.start} to ${each.term.end}`,
        each.applicant.name,
        each.datasets.map(({ dataset }) => dataset).join(', '),
        each.title,
      ]);
      context.reporter.result(
        formatTable(['reference', 'term', 'applicant', 'datasets', 'title'], rows),
        agreements.map(({ agreement: each, document }) => ({
          reference: each.reference,
          title: each.title,
          applicant: each.applicant.name,
          term: each.term,
          file: document.file,
        })),
      );
    });
  agreement
    .command('show')
    .description('what an agreement grants, and what stands around it')
    .argument('<reference>', 'whole, or its stem for all versions')
    .addHelpText('after', '\nExample:\n  dars agreement show DARS-NIC-147750-8GS7S-v2.2')
    .action(async (wanted: string, _options, command: Command) => {
      const context = contextOf(command);
      const { agreements } = await openWorkspace(context);
      const found = agreements.filter(({ reference }) => reference.text === wanted || reference.stem === wanted);
      if (found.length === 0) {
        throw new Fault(ExitCode.usage, 'unknown-agreement', `no agreement has the reference ${wanted}`, {
          hint: 'dars agreement list shows those there are',
        });
      }
      for (const { agreement: each, document } of found) {
        const lines = [
          `${each.reference}: ${each.title}`,
          `  file        ${document.file}`,
          `  applicant   ${each.applicant.name}`,
          `  controllers ${each.controllers.map(({ name, role }) => `${name} (${role})`).join(', ')}`,
          `  term        ${each.term.start} to ${each.term.end}`,
          `  signed      ${each.signatures.map(({ party, on }) => `${party} ${on}`).join(', ') || 'by nobody'}`,
          `  approvals   ${each.approvals.map(({ body, dataset, outcome, on }) => [body, dataset, outcome, on].filter((part) => part !== undefined).join(' ')).join('; ') || 'none'}`,
          `  security    ${each.security.map(({ organisation, kind, valid_to: to }) => `${organisation} ${kind} to ${to}`).join('; ') || 'none'}`,
          `  recipient   key ${each.recipient.openpgp_fingerprint}, destination ${each.recipient.destination}`,
          `  purpose     ${each.purpose.objective}`,
          ...each.datasets.flatMap((grant) => [
            `  grants ${grant.dataset}${grant.products.length === 0 ? ' (demographics to join on)' : ` as ${grant.products.join(', ')}; ${grant.identifiability}; ${grant.frequency}; opt-outs ${grant.opt_outs.apply ? 'applied' : `not applied (${grant.opt_outs.exempt})`}`}`,
            ...(grant.period === undefined ? [] : [`    period ${grant.period.from} to ${grant.period.to}`]),
            ...(grant.where === undefined ? [] : [`    where  ${JSON.stringify(grant.where)}`]),
            `    fields ${grant.fields.map(({ from, as }) => (as === undefined ? from : `${from} as ${as}`)).join(', ')}`,
          ]),
        ];
        context.reporter.result(lines.join('\n'), each);
      }
    });
}
