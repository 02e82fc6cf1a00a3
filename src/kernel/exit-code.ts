/** What a process of dars ends with; an operator knows the cause without reading logs (design, section 5). */
export const ExitCode = {
  done: 0,
  usage: 2,
  workspace: 10,
  source: 11,
  refused: 12,
  disclosure: 13,
  encryption: 14,
  delivery: 15,
  ledger: 16,
  bug: 70,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
