import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import { bugFault } from './bug-fault.ts';
import { Ended } from './ended.ts';
import { newRunId } from './options.ts';
import { reporterFor } from './reporter.ts';

/** In the order of the help. Each is loaded where it is wanted: what others need takes longer to load than most of them to run. */
const COMMANDS: Readonly<Record<string, () => Promise<(program: Command) => void>>> = {
  check: async () => (await import('./commands/check.ts')).addCheck,
  plan: async () => (await import('./commands/plan.ts')).addPlan,
  run: async () => (await import('./commands/run.ts')).addRun,
  due: async () => (await import('./commands/due.ts')).addDue,
  outbox: async () => (await import('./commands/outbox.ts')).addOutbox,
  deliver: async () => (await import('./commands/deliver.ts')).addDeliver,
  trace: async () => (await import('./commands/trace.ts')).addTrace,
  link: async () => (await import('./commands/link.ts')).addLink,
  schedule: async () => (await import('./commands/schedule.ts')).addSchedule,
  metrics: async () => (await import('./commands/metrics.ts')).addMetrics,
  register: async () => (await import('./commands/register.ts')).addRegister,
  reidentify: async () => (await import('./commands/reidentify.ts')).addReidentify,
  ledger: async () => (await import('./commands/ledger.ts')).addLedger,
  agreement: async () => (await import('./commands/agreement.ts')).addAgreement,
  catalogue: async () => (await import('./commands/catalogue.ts')).addCatalogue,
  disclosure: async () => (await import('./commands/disclosure.ts')).addDisclosure,
  synth: async () => (await import('./commands/synth.ts')).addSynth,
  demo: async () => (await import('./commands/demo.ts')).addDemo,
};

const PACKAGE = new URL('../../package.json', import.meta.url);

const EXITS = `
Exit codes:
  0 done   2 usage   10 a file of the workspace is wrong   11 source data breaks its contract
  12 refused by the agreement or the law   13 the disclosure check failed   14 encryption or signing failed
  15 delivery failed; safe to repeat   16 the ledger does not verify   70 a bug`;

/** The command line, of the command that is named, or whole where none is; nothing is run before `parseAsync`. */
async function commandLine(argv: readonly string[], run: string): Promise<Command> {
  const program = new Command('dars')
    .description(
      'From a signed data sharing agreement to encrypted files at a recipient’s server and lines of a public register.',
    )
    .option('--workspace <dir>', 'folder with dars.yaml (default: DARS_WORKSPACE, or the present folder)')
    .option('--as-of <date>', 'take this day, YYYY-MM-DD, for today')
    .option('--json', 'JSON lines: the result on stdout, everything else on stderr')
    .version(versionOf(PACKAGE), '--version', 'print the version')
    .addHelpText('after', EXITS)
    .showSuggestionAfterError()
    .configureOutput({ outputError: () => {} }) // said by `main`, as every other fault
    .exitOverride()
    .setOptionValue('run', run);
  const [name = ''] = program.parseOptions([...argv]).operands;
  const wanted = Object.hasOwn(COMMANDS, name) ? [COMMANDS[name]] : Object.values(COMMANDS);
  for (const load of wanted) (await load?.())?.(program);
  for (const command of program.commands) {
    command.exitOverride();
    for (const inner of command.commands) inner.exitOverride();
  }
  return program;
}

function versionOf(file: URL): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Runs the command line and gives the exit code; everything that a user can understand ends here as a sentence. */
export async function main(argv: readonly string[], run: string = newRunId()): Promise<number> {
  const reporter = reporterFor(argv.includes('--json'), run);
  try {
    const program = await commandLine(argv, run);
    await program.parseAsync([...argv], { from: 'user' });
    return ExitCode.done;
  } catch (error) {
    if (error instanceof Ended) return error.exit;
    const fault = faultOf(error, argv);
    if (fault === undefined) return ExitCode.done;
    // The help that commander prints where a command is missing says all there is to say.
    if (!(error instanceof CommanderError && error.code === 'commander.help')) reporter.fault(fault);
    return fault.exit;
  }
}

/** The fault that an error means; undefined for help and version, which commander ends with an error as well. */
function faultOf(error: unknown, argv: readonly string[]): Fault | undefined {
  if (error instanceof Fault) return error;
  if (!(error instanceof CommanderError)) return bugFault(error);
  if (error.exitCode === 0) return undefined;
  const [message = '', ...hints] = error.message.replace(/^error: /, '').split('\n');
  const hint = hints.join(' ').replace(/^\((.*)\)$/, '$1');
  const command = argv.find((word) => Object.hasOwn(COMMANDS, word));
  const help = command === undefined ? 'dars --help lists the commands' : `see: dars ${command} --help`;
  return new Fault(ExitCode.usage, 'usage', message, { hint: hint === '' ? help : hint });
}
