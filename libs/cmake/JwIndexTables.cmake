# cmake -DOUT=FILE "-DSOURCES=a.c;b.c" -P JwIndexTables.cmake: a JW_DB_INDEX_TABLE(id) for each JW_DB_INDEXES(id) at the
# beginning of a line of the sources.
set(rows "")
foreach(source IN LISTS SOURCES)
    file(STRINGS "${source}" lines REGEX "^JW_DB_INDEXES[(]")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE "^JW_DB_INDEXES[(]([a-z_]+)[)].*" "JW_DB_INDEX_TABLE(\\1)" row "${line}")
        list(APPEND rows "${row}")
    endforeach()
endforeach()
list(JOIN rows "\n" rows)
file(CONFIGURE OUTPUT "${OUT}" CONTENT "${rows}\n" @ONLY) # touched only when it changes
