import { Command, CommanderError } from 'commander';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { bugFault } from './bug-fault.ts';
import { addAgreement } from './commands/agreement.ts';
import { addCatalogue } from './commands/catalogue.ts';
import { addCheck } from './commands/check.ts';
import { addDeliver } from './commands/deliver.ts';
import { addDemo } from './commands/demo.ts';
import { addDisclosure } from './commands/disclosure.ts';
import { addDue } from './commands/due.ts';
import { addLedger } from './commands/ledger.ts';
import { addLink } from './commands/link.ts';
import { addMetrics } from './commands/metrics.ts';
import { addOutbox } from './commands/outbox.ts';
import { addPlan } from './commands/plan.ts';
import { addRegister } from './commands/register.ts';
import { addReidentify } from './commands/reidentify.ts';
import { addRun } from './commands/run.ts';
import { addSchedule } from './commands/schedule.ts';
import { addSynth } from './commands/synth.ts';
import { addTrace } from './commands/trace.ts';
import { Ended } from './ended.ts';
import { newRunId } from './options.ts';
import { reporterFor } from './reporter.ts';

const EXITS = `
Exit codes:
  0 done   2 usage   10 a file of the workspace is wrong   11 source data breaks its contract
  12 refused by the agreement or the law   13 the disclosure check failed   14 encryption or signing failed
  15 delivery failed; safe to repeat   16 the ledger does not verify   70 a bug`;

/** The command line, whole; nothing is run before `parseAsync`. */
function commandLine(run: string): Command {
  const program = new Command('dars')
    .description(
      'From a signed data sharing agreement to encrypted files at a recipient’s server and lines of a public register.',
    )
    .option('--workspace <dir>', 'folder with dars.yaml (default: DARS_WORKSPACE, or the present folder)')
    .option('--as-of <date>', 'take this day, YYYY-MM-DD, for today')
    .option('--json', 'JSON lines: the result on stdout, everything else on stderr')
    .addHelpText('after', EXITS)
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} }) // said by `main`, as every other fault
    .exitOverride()
    .setOptionValue('run', run);
  for (const add of [
    addCheck,
    addPlan,
    addRun,
    addDue,
    addOutbox,
    addDeliver,
    addTrace,
    addLink,
    addSchedule,
    addMetrics,
    addRegister,
    addReidentify,
    addLedger,
    addAgreement,
    addCatalogue,
    addDisclosure,
    addSynth,
    addDemo,
  ])
    add(program);
  for (const command of program.commands) {
    command.exitOverride();
    for (const inner of command.commands) inner.exitOverride();
  }
  return program;
}

/** Runs the command line and gives the exit code; everything that a user can understand ends here as a sentence. */
export async function main(argv: readonly string[], run: string = newRunId()): Promise<number> {
  const reporter = reporterFor(argv.includes('--json'), run);
  try {
    await commandLine(run).parseAsync([...argv], { from: 'user' });
    return ExitCode.done;
  } catch (error) {
    if (error instanceof Ended) return error.exit;
    const fault = faultOf(error);
    if (fault === undefined) return ExitCode.done;
    // The help that commander prints where a command is missing says all there is to say.
    if (!(error instanceof CommanderError && error.code === 'commander.help')) reporter.fault(fault);
    return fault.exit;
  }
}

/** The fault that an error means; undefined for help and version, which commander ends with an error as well. */
function faultOf(error: unknown): Fault | undefined {
  if (error instanceof Fault) return error;
  if (!(error instanceof CommanderError)) return bugFault(error);
  if (error.exitCode === 0) return undefined;
  const [message = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  const hint = hints.join(' ').replace(/^\((.*)\)$/, '$1');
  return new Fault(ExitCode.usage, 'usage', message, { hint: hint === '' ? 'dars --help lists the commands' : hint });
}
