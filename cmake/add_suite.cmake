# SPDX-License-Identifier: Apache-2.0
# What stands outside src/: the shared test support, suites across components, fuzz targets,
# benchmarks and the checks of the sources themselves.

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
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/support/*_test.cc)
  if(tests)
    add_unit_test(support ARROW SOURCES ${tests}
      LINK millrace_test_support ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS})
  endif()
endfunction()

# The suites that `make check` runs beside the unit tests.
set(MILLRACE_QUICK_SUITES sql plans errors)

# add_script_tests(NAME): tests/NAME/*_test.py, each run with the path of the program.
function(add_script_tests name)
  file(GLOB scripts CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*_test.py)
  if(NOT TARGET millrace)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  foreach(script IN LISTS scripts)
    cmake_path(GET script STEM stem)
    add_test(NAME ${name}_${stem}
             COMMAND ${Python3_EXECUTABLE} ${script} $<TARGET_FILE:millrace>
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(${name}_${stem} PROPERTIES LABELS suite SKIP_RETURN_CODE 77)
    set_time_limit(600 ${name}_${stem})
  endforeach()
endfunction()

# add_long_test(NAME SCRIPT argument...): a script of tests/ with the path of the program and these
# arguments, in `make test-all` only.
function(add_long_test name script)
  if(NOT TARGET millrace)
    return()
  endif()
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  add_test(NAME ${name}
           COMMAND ${Python3_EXECUTABLE} tests/${script} $<TARGET_FILE:millrace> ${ARGN}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS long)
  set_time_limit(1800 ${name})
endfunction()

# add_model_test(NAME SEEDS n): tests/simulation/model/NAME*.cc, a model of a protocol without code
# of the engine; with n seeds in `make test-all`.
function(add_model_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SEEDS" "")
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/simulation/model/${name}*.cc)
  add_unit_test(${name} UNITY SOURCES ${sources} LINK millrace_env millrace_base)
  add_test(NAME ${name}_long COMMAND ${name}_test --gtest_brief=1)
  set_tests_properties(${name}_long PROPERTIES LABELS long
    ENVIRONMENT MILLRACE_MODEL_SEEDS=${arg_SEEDS})
  set_time_limit(1800 ${name}_long)
endfunction()

# add_simulation(SEEDS n MUTANTS file...): tests/simulation/world as the library
# millrace_simulation, and the programs `simulate` and `simulate_mutants`, which `make test-all`
# builds and runs, the former with n seeds. The latter has copies of these files of src/ with the
# mistakes planted in them (base/mutant.h), which stand in front of those of the libraries.
function(add_simulation)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "SEEDS" "MUTANTS")
  file(GLOB world CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/simulation/world/*.cc)
  file(GLOB program CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/simulation/program/*.cc)
  closure(below runtime)
  existing_libraries(libraries ${below})
  make_library(millrace_simulation ARROW UNITY SOURCES ${world}
    LINK ${MILLRACE_BUILTINS} ${libraries})
  target_include_directories(millrace_simulation PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  set(mutants ${arg_MUTANTS})
  list(TRANSFORM mutants PREPEND ${CMAKE_SOURCE_DIR}/src/)
  # What is replaced must not be one with what is not.
  set_source_files_properties(${mutants} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  add_library(millrace_mutants OBJECT EXCLUDE_FROM_ALL ${mutants})
  target_compile_options(millrace_mutants PRIVATE ${MILLRACE_OPTIMISE})
  target_compile_definitions(millrace_mutants PRIVATE MILLRACE_MUTANTS)
  target_include_directories(millrace_mutants PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(millrace_mutants PRIVATE millrace::arrow)
  add_executable(simulate EXCLUDE_FROM_ALL ${program})
  add_executable(simulate_mutants EXCLUDE_FROM_ALL ${program}
    $<TARGET_OBJECTS:millrace_mutants>)
  target_compile_definitions(simulate_mutants PRIVATE MILLRACE_MUTANTS)
  foreach(target simulate simulate_mutants)
    target_compile_options(${target} PRIVATE ${MILLRACE_OPTIMISE})
    target_link_libraries(${target} PRIVATE millrace_simulation millrace::arrow)
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  endforeach()
  add_test(NAME simulate_long COMMAND simulate --seeds ${arg_SEEDS} --jobs 2)
  add_test(NAME mutants_long COMMAND simulate_mutants --mutants --jobs 2)
  set_tests_properties(simulate_long mutants_long PROPERTIES LABELS long)
  set_time_limit(7200 simulate_long mutants_long)
endfunction()

# add_random_programs(QUERIES n MUTANTS n): tests/random/NAME.cc as programs, on its folder engine;
# `make test` runs so many random queries in all modes and so many broken texts.
function(add_random_programs)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "QUERIES;MUTANTS" "")
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/random/engine/*.cc)
  add_library(millrace_random STATIC ${sources})
  target_compile_options(millrace_random PRIVATE ${MILLRACE_OPTIMISE_TEST})
  target_include_directories(millrace_random PUBLIC ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(millrace_random PUBLIC millrace_test_support ${MILLRACE_BUILTINS}
    ${MILLRACE_COMPONENTS} millrace::arrow)
  foreach(program query_modes broken_texts)
    add_executable(${program} ${CMAKE_SOURCE_DIR}/tests/random/${program}.cc)
    target_compile_options(${program} PRIVATE ${MILLRACE_OPTIMISE_TEST})
    target_link_libraries(${program} PRIVATE millrace_random)
    set_target_properties(${program} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  endforeach()
  add_test(NAME random_modes
           COMMAND ${Python3_EXECUTABLE} tests/random/random_modes.py $<TARGET_FILE:query_modes>
                   --queries ${arg_QUERIES}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  add_test(NAME broken_texts COMMAND broken_texts --mutants ${arg_MUTANTS}
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(random_modes broken_texts PROPERTIES LABELS suite)
  set_time_limit(300 random_modes broken_texts)
endfunction()

# add_suites(NAME...): tests/NAME/*.cc as the program suite_NAME, with every builtin linked, and
# the scripts beside them.
function(add_suites)
  set(support "")
  if(TARGET millrace_test_support)
    set(support millrace_test_support)
  endif()
  foreach(name IN LISTS ARGN)
    add_script_tests(${name})
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cc)
    if(NOT sources)
      continue()
    endif()
    set(world "")
    if(name STREQUAL "simulation")
      set(world millrace_simulation)
    endif()
    add_unit_test(suite_${name} ARROW UNITY SOURCES ${sources}
      LINK ${world} ${support} ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS})
    set_tests_properties(suite_${name}_test PROPERTIES LABELS suite)
    set_time_limit(900 suite_${name}_test)
    if(name IN_LIST MILLRACE_QUICK_SUITES)
      set_tests_properties(suite_${name}_test PROPERTIES LABELS "suite;check")
    endif()
    if(TARGET millrace)
      add_dependencies(suite_${name}_test millrace)
    endif()
  endforeach()
endfunction()

# add_fuzz_targets(DEPENDS component...): tests/fuzz/NAME.cc as the program fuzz_NAME, in the fuzz
# preset only; `ninja fuzzers` builds them and no more than these components.
function(add_fuzz_targets)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "DEPENDS")
  if(NOT MILLRACE_MODE STREQUAL "fuzz")
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/fuzz/*.cc)
  add_custom_target(fuzzers)
  closure(below ${arg_DEPENDS})
  set(libraries "")
  foreach(name IN LISTS below)
    foreach(target millrace_${name}_builtin millrace_${name})
      if(TARGET ${target})
        list(APPEND libraries ${target})
      endif()
    endforeach()
  endforeach()
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    add_executable(fuzz_${stem} ${source})
    target_compile_options(fuzz_${stem} PRIVATE ${MILLRACE_OPTIMISE})
    target_link_options(fuzz_${stem} PRIVATE -fsanitize=fuzzer)
    target_link_libraries(fuzz_${stem} PRIVATE ${libraries} millrace::arrow)
    set_target_properties(fuzz_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    add_dependencies(fuzzers fuzz_${stem})
  endforeach()
endfunction()

# add_fuzz_sources(NAME file...): files of src/ that fuzz_NAME needs from a component that is not
# built for fuzzing, since it stands on everything else.
function(add_fuzz_sources name)
  list(TRANSFORM ARGN PREPEND ${CMAKE_SOURCE_DIR}/src/)
  # In every mode: nobody builds for fuzzing who moves a file.
  foreach(source IN LISTS ARGN)
    if(NOT EXISTS ${source})
      message(FATAL_ERROR "fuzz_${name} is to be built from ${source}, which is not there")
    endif()
  endforeach()
  if(TARGET fuzz_${name})
    target_sources(fuzz_${name} PRIVATE ${ARGN})
  endif()
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

# add_live_tools(LIBRARY...): bench/live/NAME.cc as the program live_NAME, on these libraries alone:
# load generators and the bare loops of `make bench-live`. `ninja live_tools` builds them.
function(add_live_tools)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/bench/live/*.cc)
  add_custom_target(live_tools)
  find_package(Threads REQUIRED)
  foreach(source IN LISTS sources)
    cmake_path(GET source STEM stem)
    add_executable(live_${stem} EXCLUDE_FROM_ALL ${source})
    target_compile_options(live_${stem} PRIVATE ${MILLRACE_OPTIMISE})
    target_link_libraries(live_${stem} PRIVATE ${ARGN} Threads::Threads)
    set_target_properties(live_${stem} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
    add_dependencies(live_tools live_${stem})
  endforeach()
endfunction()

# add_reference(): tools/reference, the generator of docs/reference/, and the check that the pages
# there are those of the program as it is.
function(add_reference)
  if(NOT TARGET millrace OR NOT MILLRACE_BUILTINS)
    return()
  endif()
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/reference/*.cc)
  add_executable(millrace_reference ${sources})
  target_compile_options(millrace_reference PRIVATE ${MILLRACE_OPTIMISE_TEST})
  target_include_directories(millrace_reference PRIVATE ${CMAKE_SOURCE_DIR}/tools)
  target_link_libraries(millrace_reference PRIVATE ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS}
    millrace::arrow GTest::gtest)
  use_precompiled(millrace_reference precompiled_test)
  compile_in_batches(millrace_reference)
  set_target_properties(millrace_reference PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_test(NAME reference_is_current
           COMMAND millrace_reference --check ${CMAKE_SOURCE_DIR}/docs/reference)
  set_tests_properties(reference_is_current PROPERTIES LABELS "tools;check" TIMEOUT 60)
endfunction()

# add_tool_checks(): layers, style, and the unit tests of the tools that check them.
function(add_tool_checks)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  file(GLOB tool_tests CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tools/*_test.py)
  foreach(source IN LISTS tool_tests)
    cmake_path(GET source STEM stem)
    add_test(NAME tools_${stem} COMMAND ${Python3_EXECUTABLE} ${source}
             WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(tools_${stem} PROPERTIES LABELS "tools;check" TIMEOUT 60)
  endforeach()
  foreach(check check_layers check_faults tidy)
    if(EXISTS ${CMAKE_SOURCE_DIR}/tools/${check}.py)
      add_test(NAME ${check} COMMAND ${Python3_EXECUTABLE} tools/${check}.py
               WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
      set_tests_properties(${check} PROPERTIES LABELS "tidy;check" TIMEOUT 60)
    endif()
  endforeach()
endfunction()
