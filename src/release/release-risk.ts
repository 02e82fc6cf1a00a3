import type { LoadedAgreement } from '../agreement/loaded-agreement.ts';
import type { Risk } from '../disclosure/risk/measure-risk.ts';
import { riskPage } from '../disclosure/risk/risk-page.ts';
import { type RiskOf, riskJson, riskRefusals } from '../disclosure/risk/risk-report.ts';
import { NO_TERMS } from '../disclosure/risk/risk-terms.ts';
import type { EngineSession } from '../engine/engine.ts';
import { dayOf } from '../kernel/calendar-date.ts';
import { sha256Hex } from '../kernel/digest.ts';
import { ExitCode } from '../kernel/exit-code.ts';
import { Fault } from '../kernel/fault.ts';
import type { LoadedPipeline } from '../pipeline/loaded-pipeline.ts';
import type { Plan } from '../plan/plan.ts';
import { riskFiles } from '../plan/risk-file.ts';
import type { World } from '../release.ts';
import { refusedEntry } from './refused.ts';

/** The risk of a plan's pseudonymised files taken together; undefined where it has none. */
export async function riskOfPlan(
  plan: Plan,
  { agreement }: LoadedAgreement,
  session: EngineSession,
  { workspace, inputs }: Pick<World, 'workspace' | 'inputs'>,
): Promise<Risk | undefined> {
  const terms = agreement.risk ?? NO_TERMS;
  const files = riskFiles(plan.files, terms, workspace.catalogue, inputs.geography !== undefined);
  return files.length === 0 ? undefined : session.risk(files, terms);
}

/** The report as the files that the custodian keeps. */
export function riskReport(
  risk: Risk,
  plan: Plan,
  hash: string,
  release: string | undefined,
  { now, workspace }: Pick<World, 'now' | 'workspace'>,
): readonly { readonly name: string; readonly text: string }[] {
  const about: RiskOf = {
    pipeline: plan.pipeline,
    agreement: plan.agreement,
    custodian: workspace.file.custodian.name,
    plan: hash,
    release,
    day: dayOf(now()),
  };
  return [
    { name: 'risk.json', text: riskJson(about, risk) },
    { name: 'risk.html', text: riskPage(about, risk) },
  ];
}

/**
 * Measures the risk of a release whose agreement says how much there may be, and keeps the report. Above a threshold the
 * refusal is recorded and is a Fault (exit 13). Gives the SHA-256 of the report for the ledger; undefined where the
 * agreement says nothing.
 */
export async function holdToRisk(
  plan: Plan,
  hash: string,
  id: string,
  pipeline: LoadedPipeline,
  agreement: LoadedAgreement,
  session: EngineSession,
  world: World,
): Promise<string | undefined> {
  if (agreement.agreement.risk === undefined) return undefined;
  world.observe({ kind: 'step', step: 'risk', release: id });
  const risk = await riskOfPlan(plan, agreement, session, world);
  if (risk === undefined) return undefined;
  const report = riskReport(risk, plan, hash, id, world);
  for (const { name, text } of report) await world.keepReport(id, name, text);
  if (risk.breaches.length > 0) {
    await world.ledger.append(() => refusedEntry(riskRefusals(risk), pipeline, agreement));
    throw riskFault(risk, 'refused: people could be found too easily; nothing was released');
  }
  return sha256Hex(report[0]?.text ?? '');
}

export function riskFault(risk: Risk, message: string): Fault {
  return new Fault(ExitCode.disclosure, 'risk', message, { problems: riskRefusals(risk) });
}
