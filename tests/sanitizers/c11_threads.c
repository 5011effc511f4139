// SPDX-License-Identifier: Apache-2.0
// Threads, locks and conditions of C11 as those of POSIX, which ThreadSanitizer knows: it would
// crash in a thread that glibc started by itself, as librdkafka has them. Linked into programs of
// the tsan mode only. glibc's types are the same behind both interfaces.
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

#define EXPORTED __attribute__((visibility("default")))

struct Start {
  thrd_start_t run;
  void* argument;
};

static int Outcome(int error) {
  switch (error) {
    case 0: return thrd_success;
    case EBUSY: return thrd_busy;
    case ENOMEM: return thrd_nomem;
    case ETIMEDOUT: return thrd_timedout;
    default: return thrd_error;
  }
}

static void* Run(void* given) {
  const struct Start start = *(struct Start*)given;
  free(given);
  return (void*)(intptr_t)start.run(start.argument);
}

EXPORTED int thrd_create(thrd_t* thread, thrd_start_t run, void* argument) {
  struct Start* start = malloc(sizeof *start);
  if (start == NULL) return thrd_nomem;
  *start = (struct Start){run, argument};
  const int error = pthread_create((pthread_t*)thread, NULL, Run, start);
  if (error != 0) free(start);
  return Outcome(error);
}

EXPORTED int thrd_join(thrd_t thread, int* result) {
  void* value = NULL;
  const int error = pthread_join((pthread_t)thread, &value);
  if (result != NULL) *result = (int)(intptr_t)value;
  return Outcome(error);
}

EXPORTED int thrd_detach(thrd_t thread) { return Outcome(pthread_detach((pthread_t)thread)); }

EXPORTED int mtx_init(mtx_t* mutex, int kind) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  const int type = kind & mtx_recursive ? PTHREAD_MUTEX_RECURSIVE : PTHREAD_MUTEX_NORMAL;
  pthread_mutexattr_settype(&attributes, type);
  return Outcome(pthread_mutex_init((pthread_mutex_t*)mutex, &attributes));
}

EXPORTED void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy((pthread_mutex_t*)mutex); }
EXPORTED int mtx_lock(mtx_t* mutex) { return Outcome(pthread_mutex_lock((pthread_mutex_t*)mutex)); }
EXPORTED int mtx_trylock(mtx_t* mutex) {
  return Outcome(pthread_mutex_trylock((pthread_mutex_t*)mutex));
}
EXPORTED int mtx_unlock(mtx_t* mutex) {
  return Outcome(pthread_mutex_unlock((pthread_mutex_t*)mutex));
}

EXPORTED int cnd_init(cnd_t* condition) {
  return Outcome(pthread_cond_init((pthread_cond_t*)condition, NULL));
}
EXPORTED void cnd_destroy(cnd_t* condition) { pthread_cond_destroy((pthread_cond_t*)condition); }
EXPORTED int cnd_signal(cnd_t* condition) {
  return Outcome(pthread_cond_signal((pthread_cond_t*)condition));
}
EXPORTED int cnd_broadcast(cnd_t* condition) {
  return Outcome(pthread_cond_broadcast((pthread_cond_t*)condition));
}
EXPORTED int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return Outcome(pthread_cond_wait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex));
}
EXPORTED int cnd_timedwait(cnd_t* restrict condition, mtx_t* restrict mutex,
                           const struct timespec* restrict until) {
  return Outcome(
      pthread_cond_timedwait((pthread_cond_t*)condition, (pthread_mutex_t*)mutex, until));
}
