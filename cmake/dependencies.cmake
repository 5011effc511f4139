# SPDX-License-Identifier: Apache-2.0
# Third-party libraries as targets. What a component links it also sees; tools/check_layers.py says
# which folder may include which of them.
set(MILLRACE_DEPS_DIR "${CMAKE_SOURCE_DIR}/.deps" CACHE PATH "what tools/setup.sh unpacked")
if(NOT EXISTS ${MILLRACE_DEPS_DIR}/stamp)
  message(FATAL_ERROR "The native libraries are not there yet. Run: make setup")
endif()

find_package(Threads REQUIRED)
find_package(CURL REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto SSL)
# In front of libparquet, which carries and exports an OpenSSL of its own: what is not found here
# first, libssl and libcurl would take from there, half of one version and half of another.
add_link_options(-Wl,--push-state,--no-as-needed ${OPENSSL_SSL_LIBRARY} ${OPENSSL_CRYPTO_LIBRARY}
                 -Wl,--pop-state)
find_package(ZLIB REQUIRED)
find_package(ICU REQUIRED COMPONENTS uc i18n)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED IMPORTED_TARGET re2)
pkg_check_modules(EDIT REQUIRED IMPORTED_TARGET libedit)
add_library(millrace::re2 ALIAS PkgConfig::RE2)
add_library(millrace::edit ALIAS PkgConfig::EDIT)
# system_library(NAME HEADER): a library without a package that can be used.
function(system_library name header)
  string(TOUPPER ${name} upper)
  find_path(${upper}_INCLUDE_DIR ${header} REQUIRED)
  find_library(${upper}_LIBRARY ${name} REQUIRED)
  add_library(millrace::${name} SHARED IMPORTED GLOBAL)
  set_target_properties(millrace::${name} PROPERTIES
    IMPORTED_LOCATION ${${upper}_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES "${${upper}_INCLUDE_DIR}")
endfunction()
# RocksDB's own CMake package asks for packages of all compressors.
system_library(rocksdb rocksdb/db.h)
system_library(roaring roaring/roaring.h)

# import_library(NAME FILE [LINK target...]): a shared library of .deps/lib.
function(import_library name file)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "INCLUDE" "LINK")
  if(NOT EXISTS ${MILLRACE_DEPS_DIR}/lib/${file})
    message(FATAL_ERROR "The native libraries are those of another version: ${file} is missing. "
                        "Run: make setup")
  endif()
  add_library(millrace::${name} SHARED IMPORTED GLOBAL)
  set_target_properties(millrace::${name} PROPERTIES
    IMPORTED_LOCATION ${MILLRACE_DEPS_DIR}/lib/${file}
    INTERFACE_INCLUDE_DIRECTORIES "${MILLRACE_DEPS_DIR}/${arg_INCLUDE}"
    INTERFACE_LINK_LIBRARIES "${arg_LINK}")
endfunction()

import_library(arrow_core libarrow.so INCLUDE include)
import_library(arrow libarrow_compute.so INCLUDE include LINK millrace::arrow_core Threads::Threads)
import_library(parquet libparquet.so INCLUDE include LINK millrace::arrow)
import_library(arrow_s3 libarrow_s3.so INCLUDE include LINK millrace::arrow)
import_library(onnxruntime libonnxruntime.so INCLUDE include/onnxruntime)
import_library(rdkafka librdkafka.so INCLUDE include)

# simdjson is compiled in and comes before Arrow on every link line, hidden: libparquet exports its
# own.
add_library(millrace_simdjson STATIC ${MILLRACE_DEPS_DIR}/src/simdjson/simdjson.cpp)
target_include_directories(millrace_simdjson SYSTEM INTERFACE ${MILLRACE_DEPS_DIR}/src/simdjson)
target_compile_options(millrace_simdjson PRIVATE -O2 -w)
target_link_libraries(millrace_simdjson INTERFACE millrace::parquet)
add_library(millrace::simdjson ALIAS millrace_simdjson)
