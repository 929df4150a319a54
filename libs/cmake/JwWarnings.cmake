# The interface target jw_warnings carries language level, warnings and hardening for every target.
add_library(jw_warnings INTERFACE)
target_compile_options(jw_warnings INTERFACE
    -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wpointer-arith -Wwrite-strings -Wcast-qual -Wcast-function-type -Wvla -Wundef -Wformat=2
    -Wimplicit-fallthrough -Wswitch-enum
    $<$<C_COMPILER_ID:GNU>:-Wjump-misses-init>
    -fno-common -fstack-protector-strong -fstack-clash-protection -fcf-protection)
target_compile_definitions(jw_warnings INTERFACE
    _GNU_SOURCE JW_VERSION="${PROJECT_VERSION}"
    GLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 GLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74)

option(JW_WERROR "Treat warnings as errors" ON)
if(JW_WERROR)
    target_compile_options(jw_warnings INTERFACE -Werror)
endif()

# JW_SANITIZE: a value for -fsanitize=, e.g. "address,undefined" or "thread".
set(JW_SANITIZE "" CACHE STRING "Sanitizers to build with")
if(JW_SANITIZE)
    add_compile_options(-fsanitize=${JW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${JW_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_definitions(jw_warnings INTERFACE _FORTIFY_SOURCE=2)
    add_link_options(-Wl,-z,relro,-z,now)
endif()
