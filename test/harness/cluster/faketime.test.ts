/** What programs notice of libfaketime: another time of day, and nothing else. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lackingForFaketime, prepareFaketime } from '../../../harness/cluster/faketime.ts';
import { NodeClock } from '../../../harness/cluster/nodeClock.ts';
import { UsageError } from '../../../harness/exit.ts';
import { lackingProgram, needs } from '../../programs.ts';

/** Asks for all that a program can wait for, 50 ms each, and prints what did not wait, or failed. */
const waitsInC = `
#define _GNU_SOURCE
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>
static struct timespec in(clockid_t clock, int64_t ms) {
  struct timespec at;
  clock_gettime(clock, &at);
  int64_t ns = at.tv_nsec + ms * 1000000;
  return (struct timespec){at.tv_sec + ns / 1000000000, ns % 1000000000};
}
static int64_t now(void) {
  struct timespec at = in(CLOCK_MONOTONIC, 0);
  return at.tv_sec * 1000000000 + at.tv_nsec;
}
static int timer(clockid_t clock, int flags, struct timespec due) {
  uint64_t count;
  struct itimerspec setting = {{0, 0}, due};
  int file = timerfd_create(clock, 0);
  return timerfd_settime(file, flags, &setting, NULL) || read(file, &count, sizeof count) != sizeof count;
}
#define WAITS(what, expected) do { \
    int64_t since = now(); \
    int result = (what); \
    int64_t ms = (now() - since) / 1000000; \
    if (result != (expected) || ms < 49) printf("%s: %d after %d ms\\n", #what, result, (int)ms); \
  } while (0)
int main(void) {
  struct timespec due, short_time = {0, 50000000};
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wall = PTHREAD_COND_INITIALIZER, monotonic;
  pthread_condattr_t attributes;
  sem_t semaphore;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_cond_init(&monotonic, &attributes);
  sem_init(&semaphore, 0, 0);
  pthread_mutex_lock(&mutex);
  WAITS(nanosleep(&short_time, NULL), 0);
  WAITS(usleep(50000), 0);
  WAITS(clock_nanosleep(CLOCK_MONOTONIC, 0, &short_time, NULL), 0);
  for (int round = 0; round < 2; round++) {
    clockid_t clock = round == 0 ? CLOCK_MONOTONIC : CLOCK_REALTIME;
    due = in(clock, 50);
    WAITS(clock_nanosleep(clock, TIMER_ABSTIME, &due, NULL), 0);
    due = in(clock, 50);
    WAITS(pthread_cond_timedwait(round == 0 ? &monotonic : &wall, &mutex, &due), 110);
    WAITS(timer(clock, 0, short_time), 0);
    WAITS(timer(clock, TFD_TIMER_ABSTIME, in(clock, 50)), 0);
  }
  due = in(CLOCK_REALTIME, 50);
  WAITS(sem_timedwait(&semaphore, &due), -1);
  printf("at %lld\\n", (long long)time(NULL));
}
`;

/** The same in Python: time.sleep waits until a moment of monotonic time since 3.11. */
const waitsInPython = `
import asyncio, queue, threading, time
def waits(name, what):
    since = time.monotonic()
    try:
        what()
    except queue.Empty:
        pass
    except Exception as error:
        print(name, repr(error))
    if time.monotonic() - since < 0.049:
        print(name, 'did not wait')
held = threading.Lock()
held.acquire()
waits('sleep', lambda: time.sleep(0.05))
waits('Event.wait', lambda: threading.Event().wait(0.05))
waits('Queue.get', lambda: queue.Queue().get(timeout=0.05))
waits('Lock.acquire', lambda: held.acquire(timeout=0.05))
waits('asyncio.sleep', lambda: asyncio.run(asyncio.sleep(0.05)))
fired = threading.Event()
threading.Timer(0.05, fired.set).start()
waits('Timer', lambda: fired.wait(60) or print('no timer'))
print('at', int(time.time()))
`;

/** The same in Node. */
const waitsInNode = `
const since = performance.now();
setTimeout(() => {
  if (performance.now() - since < 49) console.log('setTimeout did not wait');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  if (performance.now() - since < 98) console.log('Atomics.wait did not wait');
  console.log('at', Math.floor(Date.now() / 1000));
}, 50);
`;

const hourMs = 3_600_000;
/** Much more than a program takes on a busy machine, much less than an hour. */
const slackMs = 600_000;

describe('under libfaketime', function () {
  this.timeout(60_000);
  let folder = '';
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'ordeal-faketime-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function written(name: string, text: string): string {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  }

  /** It waits as without it, and is an hour ahead. */
  async function mustWait(command: string, ...args: string[]): Promise<void> {
    const program = { clock: { preload: await prepareFaketime(folder) } };
    const clock = new NodeClock(folder);
    clock.want(hourMs, program);
    const env = { ...process.env, ...clock.environment(program) };
    const lines = execFileSync(command, args, { env, timeout: 50_000 }).toString().trim().split('\n');
    const at = Number(/^at (\d+)$/.exec(lines.pop() ?? '')?.[1]);
    assert.deepEqual(lines, []);
    assert.ok(Math.abs(at * 1000 - Date.now() - hourMs) < slackMs);
  }

  it('programs in C wait as they do without it, and are told another time of day', async function () {
    needs(this, lackingForFaketime());
    const program = join(folder, 'waits');
    execFileSync('cc', ['-o', program, written('waits.c', waitsInC), '-lpthread']);
    await mustWait(program);
  });

  it('so do programs in Python', async function () {
    needs(this, [...lackingForFaketime(), ...lackingProgram('python3')]);
    await mustWait('python3', written('waits.py', waitsInPython));
  });

  it('and programs in Node', async function () {
    needs(this, lackingForFaketime());
    await mustWait(process.execPath, written('waits.cjs', waitsInNode));
  });

  it('nothing is preloaded from a path that the loader would take for two', async function () {
    needs(this, lackingForFaketime());
    const split = join(folder, 'two words');
    mkdirSync(split);
    await assert.rejects(prepareFaketime(split), UsageError);
  });

  it('what is lacking is named with how to get it', () => {
    const path = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      const lacking = lackingForFaketime();
      assert.ok(lacking.includes('a C compiler (apt-get install gcc libc6-dev)'));
    } finally {
      process.env['PATH'] = path;
    }
  });
});
