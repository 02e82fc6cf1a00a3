import type { Command } from 'commander';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { nearest } from '../../kernel/nearest.ts';
import { formatTable } from '../table.ts';
import { contextOf, openWorkspace } from './command-context.ts';

export function addCatalogue(program: Command): void {
  const catalogue = program.command('catalogue').description('the datasets that this custodian holds');
  catalogue
    .command('list')
    .description('every dataset, with its owner and the columns that steps go by')
    .addHelpText('after', '\nExample:\n  dars catalogue list')
    .action(async (_options, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const datasets = [...workspace.catalogue.values()];
      const rows = datasets.map((each) => [
        each.dataset,
        each.columns.length,
        each.person_key,
        each.date ?? '-',
        workspace.file.sources[each.dataset] === undefined ? 'no' : 'yes',
        each.title,
      ]);
      context.reporter.result(
        formatTable(['dataset', 'columns', 'person key', 'period means', 'source', 'title'], rows),
        datasets.map(({ columns, ...rest }) => ({ ...rest, columns: columns.length })),
      );
    });
  catalogue
    .command('show')
    .description('the columns of a dataset')
    .argument('<dataset>')
    .addHelpText('after', '\nExample:\n  dars catalogue show hes_apc')
    .action(async (name: string, _options, command: Command) => {
      const context = contextOf(command);
      const { catalogue: datasets } = await openWorkspace(context);
      const dataset = datasets.get(name);
      if (dataset === undefined) {
        const near = nearest(name, [...datasets.keys()]);
        throw new Fault(ExitCode.usage, 'unknown-dataset', `the catalogue has no dataset ${name}`, {
          hint: near === undefined ? `it has ${[...datasets.keys()].join(', ')}` : `did you mean ${near}?`,
        });
      }
      const head = [
        `${dataset.dataset}: ${dataset.title}`,
        `owner ${dataset.owner}; person key ${dataset.person_key}; key ${dataset.key.join(', ')}; period means ${dataset.date ?? 'nothing'}`,
        ...(dataset.missing_dates.length === 0
          ? []
          : [`dates that stand for none: ${dataset.missing_dates.join(', ')}`]),
      ];
      const table = formatTable(
        ['column', 'type', 'class', 'means', 'description'],
        dataset.columns.map((column) => [
          column.name,
          column.type,
          column.class,
          column.concept ?? '',
          column.description,
        ]),
      );
      context.reporter.result([...head, '', table].join('\n'), dataset);
    });
}
