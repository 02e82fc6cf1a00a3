import { ExitCode } from '../kernel/exit-code.ts';
import { bugFault } from './bug-fault.ts';
import { main } from './main.ts';
import { newRunId } from './options.ts';
import { reporterFor } from './reporter.ts';

const argv = process.argv.slice(2);
const run = newRunId();

// Whoever reads us may stop (`dars ledger list | head`); a release under way goes on all the same.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

// Node would print the message and the source line of an error that nobody caught, and either can hold a value.
process.on('uncaughtException', (error) => {
  reporterFor(argv.includes('--json'), run).fault(bugFault(error));
  process.exit(ExitCode.bug);
});

process.exitCode = await main(argv, run);
