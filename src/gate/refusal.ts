import type { Problem } from '../kernel/problem.ts';

/** Why the law or the agreement says no: a stable code, the place in the file, a sentence, a hint. */
export type Refusal = Problem;
