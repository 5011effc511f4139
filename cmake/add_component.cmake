# SPDX-License-Identifier: Apache-2.0
# add_component(NAME [ARROW] [UNITY] [SPLIT_BUILTIN] [DEPENDS component...] [LINK target...]
#               [BUILTIN_LINK target...])
#
# Builds src/NAME/**/*.cc into the static library millrace_NAME and src/NAME/**/*_test.cc into the
# test program NAME_test. DEPENDS names the components it may include (and what those may include).
# ARROW: Arrow's headers are vocabulary here. UNITY: several files are
# compiled as one, which halves the time; names in anonymous namespaces are then unique within the
# component. SPLIT_BUILTIN: builtin.cc and everything in subfolders
# become millrace_NAME_builtin, which only the program and the tests link. A component without a .cc
# yet is skipped, so files can come in any order.
set(MILLRACE_COMPONENTS "" CACHE INTERNAL "libraries of components, lowest first")
set(MILLRACE_BUILTINS "" CACHE INTERNAL "libraries that only programs and tests link")

# compile_in_batches(TARGET): several files at once, since what they include costs more than what
# they are.
function(compile_in_batches target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
endfunction()

# make_library(TARGET ARROW? UNITY? LINK... SOURCES...)
function(make_library target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ARROW;UNITY" "" "SOURCES;LINK")
  add_library(${target} STATIC ${arg_SOURCES})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_compile_options(${target} PRIVATE ${MILLRACE_OPTIMISE})
  target_link_libraries(${target} PUBLIC ${arg_LINK})
  if(arg_UNITY)
    compile_in_batches(${target})
  endif()
  if(arg_ARROW)
    target_link_libraries(${target} PUBLIC millrace::arrow)
    use_precompiled(${target} precompiled_arrow)
  else()
    use_precompiled(${target} precompiled_standard)
  endif()
endfunction()

# existing_libraries(OUT component...): of these components, the libraries that exist.
function(existing_libraries out)
  set(found "")
  foreach(name IN LISTS ARGN)
    if(TARGET millrace_${name})
      list(APPEND found millrace_${name})
    endif()
  endforeach()
  set(${out} ${found} PARENT_SCOPE)
endfunction()

# closure(OUT component...): the components and everything they may include.
function(closure out)
  set(all "")
  foreach(name IN LISTS ARGN)
    list(APPEND all ${name} ${MILLRACE_CLOSURE_${name}})
  endforeach()
  list(REMOVE_DUPLICATES all)
  set(${out} ${all} PARENT_SCOPE)
endfunction()

function(add_component name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ARROW;UNITY;SPLIT_BUILTIN" "" "DEPENDS;LINK;BUILTIN_LINK")
  closure(below ${arg_DEPENDS})
  set(MILLRACE_CLOSURE_${name} "${below}" CACHE INTERNAL "")
  set(arrow "")
  if(arg_ARROW)
    set(arrow ARROW)
  endif()
  set(unity "")
  if(arg_UNITY)
    set(unity UNITY)
  endif()

  set(folder ${CMAKE_SOURCE_DIR}/src/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  set(builtin "")
  if(arg_SPLIT_BUILTIN)
    set(builtin ${sources})
    list(FILTER builtin INCLUDE REGEX "^${folder}/(builtin\\.cc|.*/.*)$")
    list(FILTER sources EXCLUDE REGEX "^${folder}/(builtin\\.cc|.*/.*)$")
  endif()

  if(NOT sources AND NOT builtin)
    message(STATUS "component ${name}: no sources yet, skipped")
    return()
  endif()
  existing_libraries(below_libraries ${below})
  set(own "")
  if(sources)
    make_library(millrace_${name} ${arrow} ${unity} SOURCES ${sources}
      LINK ${below_libraries} ${arg_LINK})
    list(APPEND own millrace_${name})
    set(MILLRACE_COMPONENTS "${MILLRACE_COMPONENTS};millrace_${name}" CACHE INTERNAL "")
  endif()
  if(builtin)
    make_library(millrace_${name}_builtin ${arrow} ${unity} SOURCES ${builtin}
      LINK ${own} ${arg_BUILTIN_LINK} ${below_libraries} ${arg_LINK})
    list(PREPEND own millrace_${name}_builtin)
    set(MILLRACE_BUILTINS "${MILLRACE_BUILTINS};millrace_${name}_builtin" CACHE INTERNAL "")
  endif()
  if(tests)
    add_unit_test(${name} ${arrow} ${unity} SOURCES ${tests} LINK ${own})
  endif()
endfunction()

# set_time_limit(SECONDS test...): of a release build; sanitizers are allowed to be slower.
function(set_time_limit seconds)
  math(EXPR limit "${seconds} * ${MILLRACE_SLOWDOWN}")
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT ${limit})
endfunction()

# add_unit_test(NAME [ARROW] [UNITY] SOURCES... LINK...): the program NAME_test and its entry in
# ctest.
function(add_unit_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "ARROW;UNITY" "" "SOURCES;LINK")
  set(target ${name}_test)
  set(main ${CMAKE_SOURCE_DIR}/cmake/test_main/plain.cc)
  if(arg_ARROW)
    set(main ${CMAKE_SOURCE_DIR}/cmake/test_main/arrow.cc)
  endif()
  add_executable(${target} ${arg_SOURCES} ${main})
  target_compile_options(${target} PRIVATE ${MILLRACE_OPTIMISE_TEST})
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE ${arg_LINK} GTest::gtest)
  if(arg_ARROW)
    use_precompiled(${target} precompiled_test)
  endif()
  if(arg_UNITY)
    compile_in_batches(${target})
  endif()
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  add_test(NAME ${target} COMMAND ${target} --gtest_brief=1
           WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  set_tests_properties(${target} PROPERTIES LABELS "unit;check")
  set_time_limit(300 ${target})
endfunction()

# add_program(NAME COMPONENT component DEPENDS component...): the composition root, with all
# builtins.
function(add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "COMPONENT" "DEPENDS")
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${arg_COMPONENT}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  if(NOT sources)
    message(STATUS "program ${name}: no sources yet, skipped")
    return()
  endif()
  add_executable(${name} ${sources})
  target_compile_options(${name} PRIVATE ${MILLRACE_OPTIMISE})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${MILLRACE_BUILTINS} ${MILLRACE_COMPONENTS} millrace::arrow)
  use_precompiled(${name} precompiled_arrow)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
  install(TARGETS ${name} RUNTIME DESTINATION bin)
  install(DIRECTORY ${MILLRACE_DEPS_DIR}/lib/ DESTINATION lib/millrace
          FILES_MATCHING REGEX
          "lib(arrow|arrow_compute|arrow_s3|parquet|onnxruntime|rdkafka-[0-9a-f]+)\\.so\\.[0-9.]+$")
  install(FILES ${CMAKE_SOURCE_DIR}/deploy/systemd/millrace@.service
          DESTINATION lib/systemd/system)
endfunction()
