# The store's conformance test on the server of JW_MONGODB_URI.
pkg_check_modules(MONGOC REQUIRED IMPORTED_TARGET libmongoc-1.0>=1.23.1)
jw_add_test(test_store_mongo
    SOURCES
        ${CMAKE_CURRENT_LIST_DIR}/test_store_mongo.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_jobs.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_lists.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_more.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_schedules.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_data.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_expiry.c
        ${CMAKE_CURRENT_LIST_DIR}/store_conformance_unreadable.c
    LINK jw::store PkgConfig::MONGOC
    LABELS integration conformance
    TIMEOUT 300)
