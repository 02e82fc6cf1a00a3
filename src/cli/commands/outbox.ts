import type { Command } from 'commander';
import { entriesOf } from '../../release.ts';
import { outboxAlert, outboxList } from '../../schedule/outbox-list.ts';
import { formatTable } from '../table.ts';
import { ledgerOf } from '../wire-ledger.ts';
import { contextOf, openWorkspace } from './command-context.ts';

export function addOutbox(program: Command): void {
  program
    .command('outbox')
    .description('what is sealed and not delivered: since when, and why')
    .addHelpText('after', '\nExample:\n  dars outbox')
    .action(async (_options, command: Command) => {
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const now = context.now();
      const waiting = outboxList(await entriesOf(ledgerOf(workspace, context.now)), now);
      const { alert_days: alertDays, keep_days: keepDays } = workspace.file.outbox;
      const alert = outboxAlert(waiting, now, alertDays);
      const rows = waiting.map(({ release, destination, since, bytes, attempts, because, until }) => [
        release,
        destination,
        since.slice(0, 16).replace('T', ' '),
        bytes,
        attempts,
        `${because ?? 'not tried yet'}${until === undefined ? '' : ` Tried again from ${until.slice(0, 16).replace('T', ' ')} UTC.`}`,
      ]);
      const table = formatTable(['release', 'destination', 'since (UTC)', 'bytes', 'tries', 'why'], rows);
      const text =
        waiting.length === 0
          ? ['Nothing waits in the outbox.']
          : [table, '', `What waits longer than ${keepDays} days is purged and made anew.`];
      context.reporter.result([...text, ...(alert === undefined ? [] : [alert])].join('\n'), {
        waiting,
        alert: alert ?? null,
      });
    });
}
