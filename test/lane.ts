/**
 * A process of `npm test` that runs test files one after the other, as its parent names them, and answers with what came
 * of each. When the parent lets go, everything must have ended: what keeps the process alive then is a failure.
 */
import { format } from 'node:util';
import Mocha from 'mocha';

/** A test file, and the compiled module made of it. */
export interface TestFile {
  readonly file: string;
  readonly module: string;
}

export interface Failure {
  /** The full title of what failed, or of the suite whose hook failed. */
  readonly title: string;
  /** The message as mocha prints it, with the difference and the place. */
  readonly text: string;
}

export interface Outcome {
  readonly file: string;
  readonly passed: number;
  readonly skipped: number;
  readonly failures: readonly Failure[];
  readonly seconds: number;
  readonly slowest: { readonly title: string; readonly seconds: number };
}

/** Far above what any test takes on a busy machine: it ends what hangs, and judges no speed. `.mocharc.json` says the same. */
const timeoutMs = 180_000;
/** How long handles may stay open after the last test. */
const endingMs = 30_000;

async function run({ file, module }: TestFile): Promise<Outcome> {
  const startedMs = performance.now();
  const mocha = new Mocha({ timeout: timeoutMs, reporter: Mocha.reporters.Base, forbidOnly: true });
  mocha.addFile(module);
  await mocha.loadFilesAsync();
  let slowest = { title: '', seconds: 0 };
  const failures: Failure[] = [];
  return new Promise((resolve) => {
    const runner = mocha.run(() => {
      const { passes: passed = 0, pending: skipped = 0 } = runner.stats ?? {};
      const seconds = (performance.now() - startedMs) / 1000;
      // Else its listeners would stay with the process.
      mocha.dispose();
      resolve({ file, passed, skipped, failures, seconds, slowest });
    });
    runner.on('test end', (test) => {
      const seconds = (test.duration ?? 0) / 1000;
      if (seconds > slowest.seconds) slowest = { title: test.fullTitle(), seconds };
    });
    runner.on('fail', (test) => failures.push(failureOf(test)));
  });
}

function failureOf(test: Mocha.Test): Failure {
  const lines: string[] = [];
  const print = Mocha.reporters.Base.consoleLog;
  Mocha.reporters.Base.consoleLog = (...line: unknown[]) => lines.push(format(...line));
  try {
    Mocha.reporters.Base.list([test]);
  } finally {
    Mocha.reporters.Base.consoleLog = print;
  }
  const text = lines.join('\n').replace(/^\s*1\) /, '');
  return { title: titleOf(test), text };
}

function titleOf(failing: Mocha.Test | Mocha.Hook): string {
  return failing.type === 'hook' ? (failing.parent?.fullTitle() ?? '') : failing.fullTitle();
}

/** A file that cannot even be loaded is a failure like any other. */
function unloadable(file: string, error: unknown): Outcome {
  const text = `${file}\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  return {
    file,
    passed: 0,
    skipped: 0,
    failures: [{ title: '', text }],
    seconds: 0,
    slowest: { title: '', seconds: 0 },
  };
}

process.setSourceMapsEnabled(true);
process.on('message', (test: TestFile) => {
  void run(test)
    .catch((error: unknown) => unloadable(test.file, error))
    .then((outcome) => process.send?.(outcome));
});
process.on('disconnect', () => {
  setTimeout(() => {
    process.stderr.write(`still open after the tests: ${process.getActiveResourcesInfo().join(', ')}\n`);
    process.exit(1);
  }, endingMs).unref();
});
