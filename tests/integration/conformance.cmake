# The cases of the store's conformance test, for whatever adapter and server. They see the port's
# private headers as well.
set(JW_STORE_CONFORMANCE_DIR "${CMAKE_CURRENT_LIST_DIR}" "${CMAKE_SOURCE_DIR}/libs/store/src")
set(JW_STORE_CONFORMANCE "")
foreach(part "" _verbs _jobs _turns _lists _more _schedules _fires _templates _apikeys _suppressions _suppressions
             _deleted _calendars _data _expiry _unreadable)
    list(APPEND JW_STORE_CONFORMANCE "${CMAKE_CURRENT_LIST_DIR}/store_conformance${part}.c")
endforeach()
