# How a room (a folder) becomes a library, and its tests an executable.

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need these to be found in the cache again.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

find_program(LLD ld.lld)
if(LLD)
  add_link_options(-fuse-ld=lld)
endif()

set(WARMFRONT_SANITIZE "" CACHE STRING "sanitizers of -fsanitize=")
add_library(warmfront_flags INTERFACE)
target_include_directories(warmfront_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(
  warmfront_flags
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
            -Woverloaded-virtual -Werror -fpch-preprocess
            # g++ 12 sees uninitialised values in optimised Boost.Outcome and libstdc++ that are none.
            $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
if(CMAKE_UNITY_BUILD)
  # Files compiled together are one file to the warning, which takes their own types for a header's.
  target_compile_options(warmfront_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
endif()
if(WARMFRONT_SANITIZE MATCHES thread)
  # Asio's fences are not understood; the sanitizer says so with a warning.
  target_compile_options(warmfront_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-tsan>)
endif()
if(WARMFRONT_SANITIZE)
  # UBSan: CAF's headers trip the null check (measured); the rest of it stays on.
  target_compile_options(warmfront_flags INTERFACE -fsanitize=${WARMFRONT_SANITIZE}
                                                   -fno-sanitize=null -fno-omit-frame-pointer)
  target_link_options(warmfront_flags INTERFACE -fsanitize=${WARMFRONT_SANITIZE})
endif()

# warmfront_library(NAME [LINKS target...] [SOURCES file...] [PRECOMPILE header...])
# All .cpp files of the current folder, or the ones named.
function(warmfront_library name)
  cmake_parse_arguments(ARG "" "" "LINKS;SOURCES;PRECOMPILE" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC warmfront_flags ${ARG_LINKS})
    if(ARG_PRECOMPILE)
      target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE warmfront_flags ${ARG_LINKS})
  endif()
endfunction()

# warmfront_test(NAME [LINKS target...] [SOURCES file...] [TIMEOUT seconds])
# A Catch2 executable of the current folder's .cpp files, run by CTest as one test.
function(warmfront_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LINKS;SOURCES;PRECOMPILE" ${ARGN})
  if(NOT ARG_SOURCES)
    file(GLOB ARG_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(NOT ARG_SOURCES)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE test_support ${ARG_LINKS})
  if(ARG_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE ${ARG_PRECOMPILE})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT})
endfunction()
