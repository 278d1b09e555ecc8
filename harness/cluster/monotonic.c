/*
 * Preloaded before libfaketime, which moves the time of day of a program. Told to leave monotonic time alone, it still
 * takes waits until a moment of monotonic time (TIMER_ABSTIME) for waits until a time of day: clock_nanosleep answers
 * EINVAL, which is what Python's time.sleep does from 3.11 on, and timers of timerfd are due at once. A correct program
 * would be blamed, so such waits go to the C library, past libfaketime.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/timerfd.h>
#include <time.h>

typedef int sleep_function(clockid_t, int, const struct timespec *, struct timespec *);
typedef int timer_function(int, int, const struct itimerspec *, struct itimerspec *);

/* The function of the C library; the next one (libfaketime's) where the library has another name. */
static void *of_library(const char *name) {
  void *library = dlopen("libc.so.6", RTLD_LAZY | RTLD_NOLOAD);
  void *found = library == NULL ? NULL : dlsym(library, name);
  return found == NULL ? dlsym(RTLD_NEXT, name) : found;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left) {
  /* Threads that look them up at the same time find the same. */
  static sleep_function *faked, *real;
  if (clock == CLOCK_REALTIME) {
    if (faked == NULL) faked = (sleep_function *)dlsym(RTLD_NEXT, "clock_nanosleep");
    return faked(clock, flags, until, left);
  }
  if (real == NULL) real = (sleep_function *)of_library("clock_nanosleep");
  return real(clock, flags, until, left);
}

/* Whether a timer follows the time of day: the kernel tells which clock it was made with. */
static int is_wall_timer(int timer) {
  char path[64];
  char line[128];
  int clock = CLOCK_REALTIME;
  snprintf(path, sizeof path, "/proc/self/fdinfo/%d", timer);
  FILE *info = fopen(path, "re");
  if (info == NULL) return 1;
  while (fgets(line, sizeof line, info) != NULL && sscanf(line, "clockid: %d", &clock) != 1)
    continue;
  fclose(info);
  return clock == CLOCK_REALTIME;
}

int timerfd_settime(int timer, int flags, const struct itimerspec *due, struct itimerspec *before) {
  static timer_function *faked, *real;
  if (is_wall_timer(timer)) {
    if (faked == NULL) faked = (timer_function *)dlsym(RTLD_NEXT, "timerfd_settime");
    return faked(timer, flags, due, before);
  }
  if (real == NULL) real = (timer_function *)of_library("timerfd_settime");
  return real(timer, flags, due, before);
}
