import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';

/**
 * An absolute path for one that stands in `dars.yaml`. The operator may point anywhere by an absolute path; a relative
 * one that climbs out of the workspace is a mistake or worse, and gives undefined.
 */
export function operatorPath(root: string, path: string): string | undefined {
  if (path.includes('\u0000')) return undefined;
  if (isAbsolute(path)) return path;
  const full = resolve(root, path);
  return isInside(root, full) ? full : undefined;
}

/** An absolute path for one that stands in an agreement or a pipeline: inside the workspace, links followed, or undefined. */
export function insidePath(root: string, path: string): string | undefined {
  if (path.includes('\u0000') || isAbsolute(path)) return undefined;
  const full = resolve(root, path);
  if (!isInside(root, full)) return undefined;
  try {
    return isInside(realpathSync(root), realpathSync(full)) ? full : undefined;
  } catch {
    // What is not there can't lead outside; whoever opens it says that it is missing.
    return full;
  }
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
