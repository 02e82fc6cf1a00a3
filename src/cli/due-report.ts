import { counted } from '../kernel/counted.ts';
import type { ExitCode } from '../kernel/exit-code.ts';
import { type DueItem, isActionable, reasonOf } from '../schedule/due-item.ts';
import type { DueResult } from '../schedule/run-due.ts';
import { formatTable } from './table.ts';

const OUTCOMES = ['done', 'refused', 'failed', 'waiting'] as const;

/** A run of all that is due, for people: what has come of each, and the counts; and the alarm about what waits, if any. */
export function formatDueReport(results: readonly DueResult[], exit: ExitCode, alert: string | undefined): string {
  const told = results.filter(({ outcome }) => outcome !== 'none');
  const rows = told.map((result) => [result.pipeline, result.outcome, whatOf(result)]);
  const counts = OUTCOMES.map((outcome) => `${outcome} ${results.filter((each) => each.outcome === outcome).length}`);
  const notDue = results.length - told.length;
  return [
    ...(rows.length === 0
      ? [`Nothing is due.${nextOf(results.flatMap(({ item }) => item ?? []))}`]
      : [formatTable(['pipeline', 'outcome', 'what'], rows)]),
    '',
    `${counts.join(', ')}; not due ${notDue}. Exit ${exit}.`,
    ...(alert === undefined ? [] : [alert]),
  ].join('\n');
}

/** The same list before anything is done about it. */
export function formatDueList(items: readonly DueItem[]): string {
  const todo = items.filter(isActionable).length;
  const rows = items.map((item) => [item.pipeline, nameOf(item), reasonOf(item)]);
  return [
    ...(rows.length === 0 ? [] : [formatTable(['pipeline', 'state', 'why'], rows), '']),
    todo === 0 ? `Nothing would be done.${nextOf(items)}` : `A run would work at ${counted(todo, 'release')}.`,
  ].join('\n');
}

/** When something is due next, by what is known now. */
function nextOf(items: readonly DueItem[]): string {
  const [next] = items
    .flatMap((item) => {
      const on = item.state === 'released' ? item.next : item.state === 'not-yet' ? item.on : undefined;
      return on === undefined ? [] : [{ pipeline: item.pipeline, on }];
    })
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : 0));
  return next === undefined ? '' : ` The next is ${next.pipeline}, on ${next.on}.`;
}

/** States as people call them. */
function nameOf({ state }: DueItem): string {
  return { sealed: 'deliver', expired: 'purge', 'not-yet': 'not yet' }[state as string] ?? state;
}

/** What there is to say of a result in a sentence. */
function whatOf({ release, fault, item }: DueResult): string {
  if (release !== undefined) {
    const { intended, destination, resumed, insteadOf } = release;
    const rows = intended.files.reduce((sum, file) => sum + file.rows, 0);
    const how = resumed ? ', which waited' : insteadOf === undefined ? '' : `, in place of ${insteadOf}`;
    const files = counted(intended.files.length, 'file');
    return `${intended.release}${how}: ${files}, ${counted(rows, 'row')} to ${destination}`;
  }
  if (fault !== undefined) {
    const [first, ...more] = fault.problems;
    const others = more.length === 0 ? '' : ` (and ${counted(more.length, 'more reason')})`;
    return first === undefined ? fault.message : `${first.message}${others}`;
  }
  return item === undefined ? '' : reasonOf(item);
}

/** A result as programs read it; a release as `dars run` gives it, without its waterfall. */
export function dueResultJson(result: DueResult): Readonly<Record<string, unknown>> {
  const { pipeline, agreement, outcome, exit, item, release, fault, seconds } = result;
  return {
    pipeline,
    agreement,
    outcome,
    exit,
    what: whatOf(result),
    ...(item === undefined ? {} : { state: item.state }),
    ...(seconds === undefined ? {} : { seconds }),
    ...whyOf(fault),
    ...(release === undefined
      ? {}
      : {
          release: release.intended.release,
          destination: release.destination,
          resumed: release.resumed,
          ...(release.insteadOf === undefined ? {} : { instead_of: release.insteadOf }),
          files: release.intended.files.map(({ file, name, dataset, rows, bytes }) => ({
            file,
            name,
            dataset,
            rows,
            bytes,
          })),
        }),
  };
}

function whyOf(fault: DueResult['fault']): Readonly<Record<string, unknown>> {
  if (fault === undefined) return {};
  const { code, message, problems, hint } = fault;
  return { code, message, problems, ...(hint === undefined ? {} : { hint }) };
}

/** What others are told of a result: what happened and where, and no counts. */
export function dueNotice({
  pipeline,
  agreement,
  outcome,
  exit,
  release,
  fault,
  item,
}: DueResult): Readonly<Record<string, unknown>> {
  return {
    pipeline,
    agreement,
    outcome,
    exit,
    ...(item === undefined ? {} : { message: reasonOf(item) }),
    ...whyOf(fault),
    ...(release === undefined
      ? {}
      : {
          release: release.intended.release,
          destination: release.destination,
          files: release.intended.files.map(({ file, dataset, product }) => ({ file, dataset, product })),
        }),
  };
}

export function dueItemJson(item: DueItem): Readonly<Record<string, unknown>> {
  return { ...item, why: reasonOf(item) };
}
