# SPDX-License-Identifier: Apache-2.0
# Precompiled headers, each built once and shared: parsing Arrow's API costs more than most of our
# files. Every file must still include what it uses: the fuzz preset builds without them.
option(MILLRACE_PRECOMPILED "Share precompiled standard, Arrow and GoogleTest headers" ON)

set(standard_headers
  <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <cstring> <expected> <functional>
  <limits> <map> <memory> <mutex> <optional> <set> <span> <sstream> <string> <string_view> <tuple>
  <unordered_map> <unordered_set> <utility> <variant> <vector>)
set(arrow_headers <arrow/api.h> <arrow/compute/api.h>)

# precompile(NAME OPTIONS option... HEADERS header... [LINK target...])
function(precompile name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OPTIONS;HEADERS;LINK")
  set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cc)
  if(NOT EXISTS ${source})
    file(WRITE ${source} "")
  endif()
  add_library(${name} OBJECT ${source})
  target_compile_options(${name} PRIVATE ${arg_OPTIONS})
  target_link_libraries(${name} PRIVATE ${arg_LINK})
  target_precompile_headers(${name} PRIVATE ${arg_HEADERS})
  # The compiler never writes the same bytes twice, so ccache takes this for what is in them.
  file(READ ${CMAKE_SOURCE_DIR}/cmake/versions.env versions)
  string(SHA256 sum "${arg_HEADERS} ${versions} ${CMAKE_CXX_COMPILER_VERSION} ${GTest_VERSION}")
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/CMakeFiles/${name}.dir/cmake_pch.hxx.gch.sum
    CONTENT "${sum}\n" @ONLY)
endfunction()

if(MILLRACE_PRECOMPILED)
  precompile(precompiled_standard OPTIONS ${MILLRACE_OPTIMISE} HEADERS ${standard_headers})
  precompile(precompiled_arrow OPTIONS ${MILLRACE_OPTIMISE} LINK millrace::arrow
    HEADERS ${standard_headers} ${arrow_headers})
  precompile(precompiled_test OPTIONS ${MILLRACE_OPTIMISE_TEST} LINK millrace::arrow GTest::gtest
    HEADERS ${standard_headers} ${arrow_headers} <gtest/gtest.h>)
endif()

# use_precompiled(TARGET NAME)
function(use_precompiled target name)
  if(MILLRACE_PRECOMPILED)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()
