# SPDX-License-Identifier: Apache-2.0
# What stands outside src/: the shared test support, suites across components, fuzz targets, benchmarks
# and the checks of the sources themselves.

# add_test_support(DEPENDS component...): tests/support as the library millrace_test_support.
function(add_test_support)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "DEPENDS")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(NOT sources)
    return()
  endif()
  closure(below ${arg_DEPENDS})
  existing_libraries(libraries ${below})
  make_library(millrace_test_support ARROW SOURCES ${sources} LINK ${libraries})
  target_include_directories(millrace_test_support PUBLIC ${CMAKE_SOURCE_DIR}/tests)
endfunction()

# add_suites(NAME...): tests/NAME/*.cc as the program suite_NAME, with every builtin linked.
function(add_suites)
  set(support "")
  if(TARGET millrace_test_support)
    set(support millrace_test_support)
  endif()
  foreach(name IN LISTS ARGN)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cc)
    if(NOT sources)
      continue()
    endif()
    add_unit_test(suite_${name} ARROW SOURCES ${sources}
      LINK ${support} ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS})
    set_tests_properties(suite_${name}_test PROPERTIES LABELS suite TIMEOUT 900)
    if(TARGET millrace)
      add_dependencies(suite_${name}_test millrace)
    endif()
  endforeach()
endfunction()

# add_fuzz_targets(): tests/fuzz/NAME.cc as the program fuzz_NAME, in the fuzz preset only.
function(add_fuzz_targets)
  if(NOT MILLRACE_MODE STREQUAL "fuzz")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*.cc)
  add_custom_target(fuzzers)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    add_executable(fuzz_${stem} ${source})
    target_compile_options(fuzz_${stem} PRIVATE ${MILLRACE_OPTIMISE})
    target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${stem} PRIVATE ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS}
      millrace::arrow)
    set_target_properties(fuzz_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    add_dependencies(fuzzers fuzz_${stem})
  endforeach()
endfunction()

# add_benchmarks(): bench/micro/NAME.cc as the program bench_NAME; `ninja benchmarks` builds them.
function(add_benchmarks)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/micro/*.cc)
  add_custom_target(benchmarks)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    add_executable(bench_${stem} EXCLUDE_FROM_ALL ${source})
    target_compile_options(bench_${stem} PRIVATE ${MILLRACE_OPTIMISE})
    target_include_directories(bench_${stem} PRIVATE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(bench_${stem} PRIVATE ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS}
      millrace::arrow benchmark::benchmark)
    set_target_properties(bench_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    add_dependencies(benchmarks bench_${stem})
  endforeach()
endfunction()

# add_tool_checks(): layers, style, and the unit tests of the tools that check them.
function(add_tool_checks)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(GLOB tool_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/*_test.py)
  foreach(source IN LISTS tool_tests)
    cmake_path(GET source STEM stem)
    add_test(NAME tools_${stem} COMMAND ${Python3_EXECUTABLE} ${source}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(tools_${stem} PROPERTIES LABELS tools TIMEOUT 60)
  endforeach()
  foreach(check check_layers tidy)
    if(EXISTS ${CMAKE_SOURCE_DIR}/tools/${check}.py)
      add_test(NAME ${check} COMMAND ${Python3_EXECUTABLE} tools/${check}.py
               WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${check} PROPERTIES LABELS tidy TIMEOUT 60)
    endif()
  endforeach()
endfunction()
