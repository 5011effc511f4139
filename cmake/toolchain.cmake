# SPDX-License-Identifier: Apache-2.0
# Compiler, linker and warning settings of the four modes (MILLRACE_MODE, set by the presets).
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_SCAN_FOR_MODULES OFF)
# Hidden: libparquet carries a simdjson of its own, and nothing of ours may be found by it.
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)

set(MILLRACE_MODE "release" CACHE STRING "release, dev (ASan+UBSan), tsan or fuzz")
option(MILLRACE_WERROR "Warnings are errors" OFF)
# The modes set every flag themselves; CMake's own build types would add theirs.
set(CMAKE_BUILD_TYPE "" CACHE STRING "unused, see MILLRACE_MODE" FORCE)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS GCC_VERSION_MIN)
  message(FATAL_ERROR "g++ ${GCC_VERSION_MIN} or newer is needed (std::expected); "
                      "this is ${CMAKE_CXX_COMPILER_VERSION}")
endif()

# -fPIE and -pthread everywhere, so that libraries, tests and programs can share precompiled
# headers.
add_compile_options(-pthread -fPIE -Wall -Wextra -Wno-missing-field-initializers
                    -fdiagnostics-color=auto)
add_link_options(-pthread -pie -Wl,-z,relro,-z,now)
# No path of the building machine in binaries; CHECK prints src/...
add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(MILLRACE_WERROR)
  add_compile_options(-Werror)
endif()

set(MILLRACE_SANITIZE "")
set(MILLRACE_SLOWDOWN 1)  # time limits of tests are so many times those of a release build
if(MILLRACE_MODE STREQUAL "release")
  set(MILLRACE_OPTIMISE -O2 -D_FORTIFY_SOURCE=2)
  # Tests are compiled once and run once: unoptimised is much faster to build.
  set(MILLRACE_OPTIMISE_TEST -O0)
  add_compile_options(-g1 -fstack-protector-strong -fstack-clash-protection)
  add_compile_definitions(NDEBUG)
elseif(MILLRACE_MODE STREQUAL "dev")
  set(MILLRACE_SANITIZE -fsanitize=address,undefined -fno-sanitize=vptr
                        -fno-sanitize-recover=undefined)
  set(MILLRACE_SLOWDOWN 5)
elseif(MILLRACE_MODE STREQUAL "tsan")
  # Fences are not followed; what we publish goes through acquire and release.
  set(MILLRACE_SANITIZE -fsanitize=thread -Wno-tsan)
  set(MILLRACE_SLOWDOWN 15)
elseif(MILLRACE_MODE STREQUAL "fuzz")
  set(MILLRACE_SANITIZE -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize=vptr
                        -fno-sanitize-recover=undefined)
else()
  message(FATAL_ERROR "MILLRACE_MODE is ${MILLRACE_MODE}; known are release, dev, tsan, fuzz")
endif()
if(MILLRACE_MODE STREQUAL "tsan")
  # The sanitizer does not know the threads of C11, and librdkafka's are such.
  set(c11_threads ${CMAKE_BINARY_DIR}/c11_threads.o)
  execute_process(COMMAND ${CMAKE_C_COMPILER} -std=gnu11 -O1 -g1 -fPIE -fsanitize=thread
                          -c ${CMAKE_SOURCE_DIR}/tests/sanitizers/c11_threads.c -o ${c11_threads}
                  COMMAND_ERROR_IS_FATAL ANY)
  add_link_options(${c11_threads})
endif()
if(MILLRACE_SANITIZE)
  set(MILLRACE_OPTIMISE -O1)
  set(MILLRACE_OPTIMISE_TEST -O0)
  add_compile_options(-g1 -fno-omit-frame-pointer ${MILLRACE_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  add_link_options(${MILLRACE_SANITIZE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# ccache keeps its store inside the clone. The sloppiness is what it needs to work with precompiled
# headers (its manual, section "Precompiled headers").
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_DIR=${CMAKE_SOURCE_DIR}/.ccache CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
    CCACHE_MAXSIZE=5G CCACHE_PCH_EXTSUM=1
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()

# Programs run in place from build/ and after `make install` alike.
set(CMAKE_BUILD_WITH_INSTALL_RPATH ON)
set(CMAKE_INSTALL_RPATH "$ORIGIN/../.deps/lib" "$ORIGIN/../lib/millrace")
