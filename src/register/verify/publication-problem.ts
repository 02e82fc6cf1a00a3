import type { Problem } from '../../kernel/problem.ts';

/** Something that is wrong with a publication, or with a file of it. */
export function problem(file: string, code: string, message: string, path?: string, hint?: string): Problem {
  const place = path === undefined ? { file } : { file: `${file}/${path}` };
  return { code, message, ...place, ...(hint === undefined ? {} : { hint }) };
}
