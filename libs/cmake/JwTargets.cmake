# jw_add_library / jw_add_service / jw_add_test: the only ways this tree defines a target.
#
# Each target gets the project's warnings, its own include directory and G_LOG_DOMAIN; it sees only the
# components it links, so an include that breaks the level rule of ARCHITECTURE.md does not compile.

include(JwWarnings)

set(JW_TEST_ENVIRONMENT
    "G_SLICE=always-malloc"
    "G_DEBUG=fatal-warnings"
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1"
    "LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/lsan.supp:print_suppressions=0"
    "TSAN_OPTIONS=ignore_noninstrumented_modules=1")

# jw_add_library(NAME SOURCES a.c b.c PUBLIC jw::base PRIVATE PkgConfig::X [INCLUDE dir])
function(jw_add_library name)
    cmake_parse_arguments(ARG "" "INCLUDE" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    if(NOT ARG_INCLUDE)
        set(ARG_INCLUDE "${CMAKE_CURRENT_SOURCE_DIR}/include")
    endif()
    add_library(jw_${name} STATIC ${ARG_SOURCES})
    add_library(jw::${name} ALIAS jw_${name})
    target_include_directories(jw_${name} PUBLIC "${ARG_INCLUDE}" PRIVATE src)
    target_link_libraries(jw_${name} PUBLIC ${ARG_PUBLIC} PRIVATE jw_warnings ${ARG_PRIVATE})
    target_compile_definitions(jw_${name} PRIVATE G_LOG_DOMAIN="jw-${name}")
    jw_check_headers(${name} "${ARG_INCLUDE}")
endfunction()

# jw_add_service(NAME SOURCES ... LINK ...): the program jobwire-NAME and, for tests, the library
# jw::svc_NAME with everything but main.c.
function(jw_add_service name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
    add_library(jw_svc_${name} STATIC ${ARG_SOURCES})
    add_library(jw::svc_${name} ALIAS jw_svc_${name})
    target_include_directories(jw_svc_${name} PUBLIC src)
    target_link_libraries(jw_svc_${name} PUBLIC ${ARG_LINK} PRIVATE jw_warnings)
    target_compile_definitions(jw_svc_${name} PRIVATE G_LOG_DOMAIN="jw-${name}")
    add_executable(jobwire-${name} src/main.c)
    target_link_libraries(jobwire-${name} PRIVATE jw_svc_${name} jw_warnings)
    target_compile_definitions(jobwire-${name} PRIVATE G_LOG_DOMAIN="jw-${name}")
    set_target_properties(jobwire-${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# jw_add_test(NAME SOURCES test_x.c LINK jw::x [LABELS unit]): one cmocka binary, one ctest entry.
function(jw_add_test name)
    cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
    if(NOT ARG_LABELS)
        set(ARG_LABELS unit)
    endif()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 120)
    endif()
    add_executable(${name} ${ARG_SOURCES})
    target_link_libraries(${name} PRIVATE ${ARG_LINK} jw::testkit jw_warnings PkgConfig::CMOCKA)
    target_compile_definitions(${name} PRIVATE G_LOG_DOMAIN="jw-test" JW_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT}
                         ENVIRONMENT "${JW_TEST_ENVIRONMENT}")
endfunction()

# jw_add_fuzz(NAME SOURCES fuzz_x.c LINK jw::x CORPUS dir...): a fuzz target. Under ctest it gets the corpus and
# seeded mutations of it (tests/fuzz/replay.c is its main); with JW_FUZZ, for `make fuzz`, libFuzzer drives it.
option(JW_FUZZ "Link the fuzz targets with libFuzzer (clang)" OFF)
function(jw_add_fuzz name)
    cmake_parse_arguments(ARG "" "" "SOURCES;LINK;CORPUS" ${ARGN})
    add_executable(${name} ${ARG_SOURCES})
    target_include_directories(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz")
    target_link_libraries(${name} PRIVATE ${ARG_LINK} jw_warnings)
    target_compile_definitions(${name} PRIVATE G_LOG_DOMAIN="jw-test" JW_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    if(JW_FUZZ)
        target_link_options(${name} PRIVATE -fsanitize=fuzzer)
        set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/fuzz")
        list(JOIN ARG_CORPUS "\n" dirs)
        file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/fuzz/${name}.seeds" CONTENT "${dirs}\n")
        return()
    endif()
    target_sources(${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests/fuzz/replay.c")
    add_test(NAME ${name} COMMAND ${name} ${ARG_CORPUS})
    set_tests_properties(${name} PROPERTIES LABELS "unit;fuzz" TIMEOUT 120 ENVIRONMENT "${JW_TEST_ENVIRONMENT}")
endfunction()

# Every public header compiles alone and twice included.
function(jw_check_headers name include_dir)
    file(GLOB headers CONFIGURE_DEPENDS "${include_dir}/jw/*.h")
    set(sources "")
    foreach(header ${headers})
        get_filename_component(stem "${header}" NAME_WE)
        set(source "${CMAKE_CURRENT_BINARY_DIR}/header_${name}_${stem}.c")
        string(CONCAT twice "#include \"jw/${stem}.h\"\n#include \"jw/${stem}.h\"\n"
            "extern int jw_header_${name}_${stem};\nint jw_header_${name}_${stem};\n")
        file(CONFIGURE OUTPUT "${source}" CONTENT "${twice}")
        list(APPEND sources "${source}")
    endforeach()
    if(sources)
        add_library(jw_headers_${name} OBJECT ${sources})
        target_link_libraries(jw_headers_${name} PRIVATE jw_${name} jw_warnings)
    endif()
endfunction()
