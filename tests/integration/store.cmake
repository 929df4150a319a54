# The store's conformance test on the server of JW_MONGODB_URI.
include("${CMAKE_CURRENT_LIST_DIR}/conformance.cmake")
pkg_check_modules(MONGOC REQUIRED IMPORTED_TARGET libmongoc-1.0>=1.23.1)
jw_add_test(test_store_mongo
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/test_store_mongo.c ${JW_STORE_CONFORMANCE}
    LINK jw::store PkgConfig::MONGOC
    LABELS integration conformance
    TIMEOUT 300)
target_include_directories(test_store_mongo PRIVATE ${JW_STORE_CONFORMANCE_DIR})
