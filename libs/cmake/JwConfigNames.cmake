# cmake -DOUT=FILE "-DSOURCES=a.c;b.c" "-DTOOLS=c.c" -P JwConfigNames.cmake: a JwConfigEntry for each variable of the
# configuration tables in the sources, its name and whether it is a secret, and for each that is named in the tools.
# Rows in an #ifdef are left out.
set(rows "")
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
        list(APPEND rows "{ .name = \"${name}\", .type = JW_CONFIG_FOREIGN, .flags = ${flags} },")
    endforeach()
endforeach()
foreach(source IN LISTS TOOLS)
    file(READ "${source}" text)
    string(REGEX MATCHALL "\"JW_[A-Z_]*[A-Z]\"" names "${text}")
    foreach(name IN LISTS names)
        list(APPEND rows "{ .name = ${name}, .type = JW_CONFIG_FOREIGN },")
    endforeach()
endforeach()
list(REMOVE_DUPLICATES rows)
list(SORT rows)
list(JOIN rows "\n" rows)
file(CONFIGURE OUTPUT "${OUT}" CONTENT "${rows}\n" @ONLY) # touched only when it changes
