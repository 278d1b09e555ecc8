/**
 * How Node takes the `.js` files of a submission. Node asks the nearest `package.json` above a file whether it is a module,
 * and working copies have other folders above them than the submission: those of the run, often inside of a project of
 * modules, as this one is, in which no program with `require` would start.
 */
import { readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const fileName = 'package.json';

/** Says in the folder above the copies what Node finds above the submission. Copies that have a `package.json` keep to that. */
export function keepPackageScope(submission: string, above: string): void {
  writeFileSync(join(above, fileName), `${JSON.stringify(scopeOf(realpathSync(submission)))}\n`);
}

/** Of the nearest one; one that says nothing ends the search as well, and leaves it to Node. */
function scopeOf(folder: string): { readonly type?: string } {
  const found = scopeIn(join(folder, fileName));
  if (found !== undefined) return found;
  const parent = dirname(folder);
  return parent === folder ? {} : scopeOf(parent);
}

function scopeIn(file: string): { readonly type?: string } | undefined {
  try {
    const { type } = JSON.parse(readFileSync(file, 'utf8')) as { type?: unknown };
    return type === 'module' || type === 'commonjs' ? { type } : {};
  } catch (error) {
    return error instanceof SyntaxError ? {} : undefined;
  }
}
