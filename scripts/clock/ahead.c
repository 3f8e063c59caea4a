/*
 * Put before the C library (LD_PRELOAD), it answers with a time that is a year ahead; `npm run test:clock` compiles it.
 *
 * Only what tells the time of day is answered. Clocks that count from the start of the machine stay as they are, and with
 * them every wait. It asks the kernel and no library, holds nothing and looks nothing up, so that it may be called from
 * a signal's handler and from the start of an allocator. Debian's libfaketime may not: PostgreSQL's time limits never end
 * with it, and Redis does not start.
 *
 * It includes nothing, for headers of the C library need not be there.
 */

#if defined(__x86_64__)
enum { system_clock_gettime = 228 };
#elif defined(__aarch64__)
enum { system_clock_gettime = 113 };
#endif

enum { realtime = 0, realtime_coarse = 5, realtime_alarm = 8, tai = 11 };
static const long year = 365L * 24 * 60 * 60;

struct timespec { long seconds, nanoseconds; };
struct timeval { long seconds, microseconds; };

long syscall(long number, ...);

int clock_gettime(int clock, struct timespec *at) {
  int failed = (int)syscall(system_clock_gettime, (long)clock, at);
  if (failed == 0 && (clock == realtime || clock == realtime_coarse || clock == realtime_alarm || clock == tai))
    at->seconds += year;
  return failed;
}

int __clock_gettime(int clock, struct timespec *at) { return clock_gettime(clock, at); }

int timespec_get(struct timespec *at, int base) { return clock_gettime(realtime, at) == 0 ? base : 0; }

int gettimeofday(struct timeval *at, void *zone) {
  struct timespec now;
  if (clock_gettime(realtime, &now) != 0) return -1;
  at->seconds = now.seconds;
  at->microseconds = now.nanoseconds / 1000;
  return 0;
}

int __gettimeofday(struct timeval *at, void *zone) { return gettimeofday(at, zone); }

long time(long *at) {
  struct timespec now;
  if (clock_gettime(realtime, &now) != 0) return -1;
  if (at != 0) *at = now.seconds;
  return now.seconds;
}
