# SPDX-License-Identifier: Apache-2.0
# Reads versions.env, so that shell and CMake share one list of pinned versions.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${CMAKE_CURRENT_LIST_DIR}/versions.env)
file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/versions.env lines REGEX "^[A-Z_]+=")
foreach(line IN LISTS lines)
  string(REGEX MATCH "^([A-Z_]+)=(.*)$" matched "${line}")
  set(${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()
