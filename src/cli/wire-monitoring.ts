import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { duckDbEngine } from '../engine/duckdb-engine.ts';
import { Secret } from '../kernel/secret.ts';
import { type NotificationTarget, notify } from '../monitoring/notify.ts';
import { writeAtomically } from '../monitoring/write-atomically.ts';
import { entriesOf } from '../release.ts';
import { exposition } from '../schedule/exposition.ts';
import { type LastDue, metricsOf } from '../schedule/metrics.ts';
import { readSecret } from '../workspace/read-secret.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { operatorPath } from '../workspace/workspace-path.ts';
import type { Notification, SourceFile } from '../workspace/workspace-schema.ts';
import type { CommandContext } from './commands/command-context.ts';
import { engineInputs } from './wire.ts';
import { ledgerOf, stateFolder } from './wire-ledger.ts';

/** The metrics of a workspace as they are now. */
export async function metricsText(workspace: Workspace, { now }: Pick<CommandContext, 'now'>): Promise<string> {
  const { file, agreements, pipelines } = workspace;
  const sources = Object.entries(file.sources as Readonly<Record<string, SourceFile | undefined>>);
  const looks = await duckDbEngine({ memory: file.limits.memory, threads: file.limits.threads }).lookAt(
    engineInputs(workspace),
    sources.map(([source]) => source).filter((source) => source !== 'opt_outs'),
  );
  const entries = await entriesOf(ledgerOf(workspace, now));
  const maxAgeDays = Object.fromEntries(sources.map(([source, each]) => [source, each?.max_age_days]));
  const lastDue = await readLastDue(workspace);
  return exposition(metricsOf({ now: now(), entries, agreements, pipelines, looks, maxAgeDays, lastDue }));
}

/** Writes the metrics file, where dars.yaml names one. What goes wrong is said, and changes nothing else. */
export async function writeMetrics(workspace: Workspace, context: CommandContext): Promise<void> {
  const { metrics } = workspace.file.monitoring;
  if (metrics === undefined) return;
  try {
    const path = operatorPath(workspace.root, metrics) ?? '';
    await writeAtomically(path, await metricsText(workspace, context), 0o644);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    context.reporter.note(`The metrics file ${metrics} can’t be written (${code ?? 'see dars metrics'}).`);
  }
}

function lastDuePath(workspace: Workspace): string {
  return join(stateFolder(workspace), 'due.json');
}

async function readLastDue(workspace: Workspace): Promise<LastDue | undefined> {
  try {
    return JSON.parse(await readFile(lastDuePath(workspace), 'utf8')) as LastDue;
  } catch {
    return undefined;
  }
}

/** Keeps what a run came to, for the metrics. What goes wrong is said, and changes nothing else. */
export async function keepLastDue(workspace: Workspace, last: LastDue, { reporter }: CommandContext): Promise<void> {
  try {
    const before = last.exit === 0 ? last.ended : (await readLastDue(workspace))?.succeeded;
    const kept = { ...last, ...(before === undefined ? {} : { succeeded: before }) };
    await writeAtomically(lastDuePath(workspace), `${JSON.stringify(kept, null, 2)}\n`, 0o600);
  } catch {
    reporter.note('What this run came to can’t be kept in the state folder.');
  }
}

/** Tells whoever wants to hear of it. What goes wrong is said, and changes nothing else. */
export async function tell(
  workspace: Workspace,
  event: Notification['on'][number],
  message: Readonly<Record<string, unknown>>,
  { reporter, options, now }: CommandContext,
): Promise<void> {
  const { monitoring, custodian } = workspace.file;
  const whole = { event, run: options.run, time: now().toISOString(), custodian: custodian.name, ...message };
  const interested = monitoring.notify.map((each, index) => ({ ...each, place: `monitoring.notify[${index}]` }));
  await Promise.all(
    interested
      .filter(({ on }) => on.includes(event))
      .map(async ({ place, ...notification }) => {
        const failed = await targetOf(workspace, notification, place)
          .then((target) => notify(target, whole))
          .catch(() => 'its secret can’t be had');
        if (failed !== undefined) reporter.note(`A notification was not sent (${place}): ${failed}.`);
      }),
  );
}

async function targetOf(
  { root }: Workspace,
  { command, webhook }: Pick<Notification, 'command' | 'webhook'>,
  place: string,
): Promise<NotificationTarget> {
  if (command !== undefined) return { command, folder: root };
  if (webhook === undefined) throw new Error('a notification without a target was let through');
  return {
    webhook: typeof webhook === 'string' ? new Secret(webhook) : await readSecret(root, webhook, `${place}.webhook`),
  };
}
