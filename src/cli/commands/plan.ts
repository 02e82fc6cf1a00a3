import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { Risk } from '../../disclosure/risk/measure-risk.ts';
import { riskRows, shownRisk } from '../../disclosure/risk/risk-report.ts';
import { refusalsFor } from '../../gate/gate.ts';
import { counted } from '../../kernel/counted.ts';
import { ExitCode } from '../../kernel/exit-code.ts';
import { Fault } from '../../kernel/fault.ts';
import { buildPlan } from '../../plan/build-plan.ts';
import type { FilePlan, Plan, Step } from '../../plan/plan.ts';
import { gateFacts } from '../../release/gate-facts.ts';
import { releaseKey } from '../../release/release-key.ts';
import { riskFault, riskOfPlan, riskReport } from '../../release/release-risk.ts';
import { outdatedBecause } from '../../release/waiting.ts';
import { agreementOf, entriesOf, planHash } from '../../release.ts';
import { wire, writeReports } from '../wire.ts';
import { contextOf, findPipeline, openWorkspace } from './command-context.ts';

export function addPlan(program: Command): void {
  program
    .command('plan')
    .description('print what a run would do: the very plan that run executes, with the clause behind each step')
    .argument('<pipeline>', 'name or file')
    .option('--sql', 'the SQL of each step as well')
    .option('--risk', 'measure how easily people could be found in it; reads the data, releases nothing')
    .option('--report <folder>', 'with --risk: the whole report, exact, as risk.json and risk.html')
    .addHelpText(
      'after',
      '\nExample:\n  dars plan pipelines/diabetes-apc.yaml --sql\n  dars plan diabetes-apc --risk --report out/risk',
    )
    .action(async (name: string, options: PlanOptions, command: Command) => {
      if (options.report !== undefined && options.risk !== true) {
        throw new Fault(ExitCode.usage, 'report', '--report goes with --risk', {
          hint: 'add --risk, which measures what there is to report',
        });
      }
      const context = contextOf(command);
      const workspace = await openWorkspace(context);
      const pipeline = await findPipeline(workspace, name);
      const world = wire(workspace, context.now, () => {}, pipeline);
      const agreement = agreementOf(pipeline, world);
      const entries = await entriesOf(world.ledger);
      const { facts, waiting, optOuts } = await gateFacts(pipeline, agreement, world, entries);
      const refusals = refusalsFor(facts);
      if (refusals.length > 0) {
        const why = counted(refusals.length, 'reason');
        throw new Fault(ExitCode.refused, refusals[0]?.code ?? 'refused', `a run would be refused, for ${why}`, {
          problems: refusals,
        });
      }
      if (waiting !== undefined) {
        const then =
          outdatedBecause(waiting, optOuts) === undefined
            ? 'a run would deliver it and make nothing'
            : 'the opt-out list is another one by now, so a run would give it up and make it again';
        context.reporter.note(`Release ${waiting.release} waits in the outbox: ${then}.`);
      }
      const plan = buildPlan(pipeline, agreement, workspace.catalogue, workspace.file.custodian.name);
      const sql: { file: string; table: string; sql: string }[] = [];
      let risk: Risk | undefined;
      if (options.sql === true || options.risk === true) {
        const { key } = await releaseKey(plan.stem, entries, world);
        await using session = await world.engine.open(plan, world.inputs, key, () => {});
        for (const file of options.sql === true ? plan.files : [])
          sql.push(...session.explain(file).map((each) => ({ file: `${file.product}: ${file.dataset}`, ...each })));
        if (options.risk === true) risk = await riskOfPlan(plan, agreement, session, world);
      }
      if (risk !== undefined && options.report !== undefined)
        await writeReports(resolve(options.report), riskReport(risk, plan, planHash(plan), undefined, world));
      const measured = options.risk === true ? [formatRisk(risk)] : [];
      const text = [
        formatPlan(plan),
        ...measured,
        ...sql.map((each) => `-- ${each.file} -> ${each.table}\n${each.sql};`),
      ].join('\n\n');
      context.reporter.result(text, {
        hash: planHash(plan),
        plan,
        ...(options.sql === true ? { sql } : {}),
        ...(risk === undefined ? {} : { risk: shownRisk(risk) }),
      });
      if (risk !== undefined && risk.breaches.length > 0)
        throw riskFault(risk, 'a run would be refused: people could be found too easily');
    });
}

interface PlanOptions {
  readonly sql?: boolean;
  readonly risk?: boolean;
  readonly report?: string;
}

/** Shares of people, never small counts: this goes to a terminal. */
function formatRisk(risk: Risk | undefined): string {
  if (risk === undefined) return 'risk\n  not measured: every file names people, so nobody has to be found';
  const rows = riskRows(risk);
  const width = Math.max(...rows.map(([name]) => name.length));
  return ['risk of being found', ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`)].join('\n');
}

function formatPlan(plan: Plan): string {
  const head = [
    `pipeline   ${plan.pipeline}`,
    `agreement  ${plan.agreement}`,
    `recipient  ${plan.recipient.name}, key ${plan.recipient.fingerprint}, destination ${plan.recipient.destination}`,
    `plan       sha256 ${planHash(plan)}`,
  ];
  const cohort =
    plan.cohort === undefined
      ? []
      : [
          '',
          'cohort',
          ...(plan.cohort.kind === 'file'
            ? [`  people listed in ${plan.cohort.path}`]
            : plan.cohort.steps.flatMap(formatStep)),
        ];
  const traces = (plan.traces ?? []).flatMap(({ product, files, decisions, terms, reason }) => [
    '',
    `trace of ${product}`,
    `  participants of ${files.join(', ')}, by ${terms.identifiers.join(', ')}`,
    ...(decisions === undefined ? [] : [`  near links as decided in ${decisions}`]),
    `  ${''.padEnd(16)} because ${reason.clause}: ${reason.words}`,
  ]);
  return [...head, ...cohort, ...traces, ...plan.files.flatMap(formatFile)].join('\n');
}

function formatFile(file: FilePlan): string[] {
  const period = file.period === undefined ? '' : `, ${file.period.from} to ${file.period.to}`;
  const how = file.compression === 'none' ? file.format : `${file.format}, ${file.compression}`;
  return [
    '',
    `${file.product} (${file.productKind}): ${file.dataset}${period}; ${file.identifiability}; ${how}`,
    ...file.steps.flatMap(formatStep),
    `  columns out: ${file.columns.join(', ')}`,
  ];
}

function formatStep(step: Step): string[] {
  const lines = [
    `  ${step.kind.padEnd(16)} ${detail(step)}`.trimEnd(),
    `  ${''.padEnd(16)} because ${step.reason.clause}: ${step.reason.words}`,
  ];
  return lines;
}

function detail(step: Step): string {
  switch (step.kind) {
    case 'read':
      return `${step.dataset}: ${step.columns.map(({ name }) => name).join(', ')}`;
    case 'resolve':
      return `by ${step.key}${step.demographics.length === 0 ? '' : `; from PDS ${step.demographics.map(({ name }) => name).join(', ')}`}`;
    case 'remove-opt-outs':
      return step.policy.apply ? 'applied' : `exempt: ${step.policy.exempt}`;
    case 'keep-cohort':
    case 'check':
    case 'prove':
    case 'record':
      return '';
    case 'tell':
      return `${step.report}${step.events.length === 0 ? '' : ': '}${step.events.map(({ event, columns }) => `${event} (${columns.join(', ')})`).join('; ')}`;
    case 'keep-participants':
      return `of ${step.cohort}, by study id`;
    case 'select-stay':
      return `${step.column} within the participant’s own dates`;
    case 'select-period':
      return `${step.column} from ${step.from} to ${step.to}`;
    case 'select-rows':
      return JSON.stringify(step.condition);
    case 'coarsen-rare-codes':
      return `${step.columns.join(', ')}: fewer than ${step.below} people, ${step.instead}`;
    case 'withhold-restricted':
      return `list ${step.list.version}, in ${step.columns.length === 1 ? '1 column' : `${step.columns.length} columns`}`;
    case 'minimise':
      return step.columns
        .map(({ name, from, of, as }) =>
          as === undefined && of === 'own'
            ? name
            : `${name} (${of === 'pds' ? 'pds.' : ''}${from}${as === undefined ? '' : ` as ${as}`})`,
        )
        .join(', ');
    case 'pseudonymise':
      return step.columns.join(', ');
    case 'tabulate':
      return step.tabulation.tables
        .map(
          ({ name, by }) =>
            `${name} (${by.map((each) => step.tabulation.dimensions[each.dimension]?.name).join(' × ')})`,
        )
        .join(', ');
    case 'control':
      return `${step.rules.rules}: counts of 1 to ${step.rules.threshold} are small${step.rules.method === 'round' ? `, others rounded to ${step.rules.base}` : ''}`;
    case 'order':
      return ['slice', 'token', ...step.key].join(', ');
    case 'encrypt':
      return step.fingerprint;
    case 'deliver':
      return step.destination;
  }
}
