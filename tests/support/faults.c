// SPDX-License-Identifier: Apache-2.0
// Faults of the system, as a library that is loaded before the C library (LD_PRELOAD). Tests in
// Python compile it (tests/e2e/faults.py says how it is told what to do):
//   FAULT_CALLS   which calls: of open, write, sync, rename, accept
//   FAULT_PATH    only for files whose path contains this text
//   FAULT_FIRST   the first of these calls that fails, from 1; FAULT_TIMES: how many fail then
//   FAULT_WHILE   instead: all fail while this file exists
//   FAULT_ERRNO   the error; 0: a write writes half, nothing else fails
//   FAULT_DELAY   milliseconds that a call takes longer, instead of failing
//   FAULT_TRACE   a file that gets a line for each of the calls: "sync 3 failed"
//   FAULT_WALL    a file with the seconds that the wall clock is off
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

static atomic_long calls_made;

static const char* Setting(const char* name) {
  const char* value = getenv(name);
  return value == NULL ? "" : value;
}

static long Number(const char* name, long otherwise) {
  const char* value = Setting(name);
  return *value == 0 ? otherwise : strtol(value, NULL, 10);
}

static int Exists(const char* path) { return syscall(SYS_access, path, F_OK) == 0; }

static void Trace(const char* call, long number, const char* what) {
  const char* path = Setting("FAULT_TRACE");
  if (*path == 0) return;
  char line[64];
  const int size = snprintf(line, sizeof line, "%s %ld %s\n", call, number, what);
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (fd < 0) return;
  syscall(SYS_write, fd, line, (size_t)size);
  syscall(SYS_close, fd);
}

// Whether this call fails; it has been delayed if that is wanted.
static int Fails(const char* call, const char* path) {
  if (strstr(Setting("FAULT_CALLS"), call) == NULL) return 0;
  if (path != NULL && strstr(path, Setting("FAULT_PATH")) == NULL) return 0;
  const long number = atomic_fetch_add(&calls_made, 1) + 1;
  const long first = Number("FAULT_FIRST", 1);
  const char* switched = Setting("FAULT_WHILE");
  const int hit = *switched != 0 ? Exists(switched)
                                 : number >= first && number < first + Number("FAULT_TIMES", 1);
  const long delay = Number("FAULT_DELAY", 0);
  if (delay > 0) {
    Trace(call, number, hit ? "delayed" : "passed");
    const struct timespec time = {delay / 1000, delay % 1000 * 1000000};
    if (hit) nanosleep(&time, NULL);
    return 0;
  }
  Trace(call, number, hit ? "failed" : "passed");
  return hit;
}

static int FailsAt(const char* call, int fd) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const long size = syscall(SYS_readlinkat, AT_FDCWD, link, path, sizeof path - 1);
  path[size < 0 ? 0 : size] = 0;
  return Fails(call, path);
}

static int Refuse(void) {
  errno = (int)Number("FAULT_ERRNO", EIO);
  return -1;
}

int openat(int directory, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
  va_end(arguments);
  if (Fails("open", path)) return Refuse();
  return (int)syscall(SYS_openat, directory, path, flags, mode);
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, int) : 0;
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  if (FailsAt("write", fd)) {
    if (Number("FAULT_ERRNO", EIO) != 0) return Refuse();
    size = size > 1 ? size / 2 : size;
  }
  return syscall(SYS_write, fd, bytes, size);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  if (FailsAt("write", fd)) {
    if (Number("FAULT_ERRNO", EIO) != 0) return Refuse();
    size = size > 1 ? size / 2 : size;
  }
  return syscall(SYS_pwrite64, fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (Number("FAULT_ERRNO", EIO) != 0 && FailsAt("write", fd)) return Refuse();
  return syscall(SYS_writev, fd, parts, count);
}

int fsync(int fd) { return FailsAt("sync", fd) ? Refuse() : (int)syscall(SYS_fsync, fd); }

int fdatasync(int fd) { return FailsAt("sync", fd) ? Refuse() : (int)syscall(SYS_fdatasync, fd); }

int rename(const char* from, const char* to) {
  return Fails("rename", to) ? Refuse()
                             : (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int accept4(int fd, struct sockaddr* address, socklen_t* size, int flags) {
  return Fails("accept", NULL) ? Refuse() : (int)syscall(SYS_accept4, fd, address, size, flags);
}

int accept(int fd, struct sockaddr* address, socklen_t* size) {
  return accept4(fd, address, size, 0);
}

static long WallOffset(void) {
  const char* path = Setting("FAULT_WALL");
  if (*path == 0) return 0;
  const int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
  if (fd < 0) return 0;
  char text[32] = {0};
  syscall(SYS_read, fd, text, sizeof text - 1);
  syscall(SYS_close, fd);
  return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec* time) {
  const int result = (int)syscall(SYS_clock_gettime, clock, time);
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) time->tv_sec += WallOffset();
  return result;
}

int gettimeofday(struct timeval* restrict time, void* restrict zone) {
  (void)zone;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* result) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (result != NULL) *result = now.tv_sec;
  return now.tv_sec;
}
