# cmake -DOUT=FILE "-DSOURCES=a.c;b.c" "-DTOOLS=c.c" -P JwConfigNames.cmake: a JwConfigEntry for each variable of the
# configuration tables in the sources, its name and whether it is a secret, and for each that is named in the tools.
# Rows in an #ifdef are left out.
cmake_minimum_required(VERSION 3.25) # for IN_LIST
set(rows "")
set(seen "") # one row a name, that of the table, which knows whether it is a secret
foreach(source IN LISTS SOURCES)
    file(READ "${source}" text)
    string(REGEX REPLACE "[][;]" "" text "${text}") # they have a meaning in CMake's lists
    string(REGEX REPLACE "#ifdef[^#]*#endif" "" text "${text}")
    string(REGEX MATCHALL "{[ \n]*(\\.name = )?\"JW_[A-Z_]+\",[^\"{}]*JW_CONFIG_[^{}]*" entries "${text}")
    foreach(entry IN LISTS entries)
        string(REGEX MATCH "JW_[A-Z_]+" name "${entry}")
        set(flags 0)
        if(entry MATCHES "JW_CONFIG_SECRET")
            set(flags JW_CONFIG_SECRET)
        endif()
        if(NOT name IN_LIST seen)
            list(APPEND seen "${name}")
            list(APPEND rows "{ .name = \"${name}\", .type = JW_CONFIG_FOREIGN, .flags = ${flags} },")
        endif()
    endforeach()
endforeach()
foreach(source IN LISTS TOOLS)
    file(READ "${source}" text)
    string(REGEX MATCHALL "\"JW_[A-Z_]*[A-Z]\"" names "${text}")
    foreach(quoted IN LISTS names)
        string(REPLACE "\"" "" name "${quoted}")
        if(NOT name IN_LIST seen)
            list(APPEND seen "${name}")
            list(APPEND rows "{ .name = \"${name}\", .type = JW_CONFIG_FOREIGN },")
        endif()
    endforeach()
endforeach()
list(SORT rows)
list(JOIN rows "\n" rows)
file(CONFIGURE OUTPUT "${OUT}" CONTENT "${rows}\n" @ONLY) # touched only when it changes
