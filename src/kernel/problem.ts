/** One thing that is wrong with a file of the workspace, where it is, and what to do about it. */
export interface Problem {
  /** Stable, kebab-case: tests and tools compare this, never the prose. */
  readonly code: string;
  /** One sentence. Never holds a patient's value or a secret. */
  readonly message: string;
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** Where in the file, as `datasets[0].fields[3]`. */
  readonly path?: string;
  readonly hint?: string;
}

/** A problem as people read it: `file:line path: message (hint)`. */
export function formatProblem(problem: Problem): string {
  const place = [problem.file, problem.line].filter((part) => part !== undefined).join(':');
  const where = [place, problem.path].filter((part) => part !== undefined && part !== '').join(' ');
  const hint = problem.hint === undefined ? '' : `\n    hint: ${problem.hint}`;
  return `${where === '' ? '' : `${where}: `}${problem.message}${hint}`;
}
