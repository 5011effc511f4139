// SPDX-License-Identifier: Apache-2.0
// Memory that is not there, as a library that is loaded before the C library (LD_PRELOAD):
//   NO_MEMORY_AT     the allocation that fails, from 1; 0: none
//   NO_MEMORY_FROM   only allocations of so many bytes and more are counted
//   NO_MEMORY_COUNT  a file that gets the number of allocations when the process ends
// Tests in Python compile it (tests/e2e/limits_test.py).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* block, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

static atomic_long made;
static long fails_at = -1;
static long from_bytes = 0;

__attribute__((constructor)) static void Begin(void) {
  const char* at = getenv("NO_MEMORY_AT");
  const char* from = getenv("NO_MEMORY_FROM");
  from_bytes = from == NULL ? 0 : strtol(from, NULL, 10);
  fails_at = at == NULL ? 0 : strtol(at, NULL, 10);
}

__attribute__((destructor)) static void End(void) {
  const char* path = getenv("NO_MEMORY_COUNT");
  if (path == NULL) return;
  char text[32];
  const int size = snprintf(text, sizeof text, "%ld", atomic_load(&made));
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (fd < 0) return;
  syscall(SYS_write, fd, text, (size_t)size);
  syscall(SYS_close, fd);
}

static int Fails(size_t size) {
  if (fails_at < 0 || (long)size < from_bytes) return 0;
  const long number = atomic_fetch_add(&made, 1) + 1;
  if (number != fails_at) return 0;
  errno = ENOMEM;
  return 1;
}

void* malloc(size_t size) { return Fails(size) ? NULL : __libc_malloc(size); }
void* calloc(size_t count, size_t size) {
  return Fails(count * size) ? NULL : __libc_calloc(count, size);
}
void* realloc(void* block, size_t size) { return Fails(size) ? NULL : __libc_realloc(block, size); }
void* memalign(size_t alignment, size_t size) {
  return Fails(size) ? NULL : __libc_memalign(alignment, size);
}
void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
int posix_memalign(void** block, size_t alignment, size_t size) {
  void* found = memalign(alignment, size);
  if (found == NULL) return ENOMEM;
  *block = found;
  return 0;
}
