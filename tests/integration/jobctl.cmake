# jobctl on the real servers: MongoDB (JW_MONGODB_URI) and Kafka (JW_KAFKA_BROKERS).
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET GLOBAL rdkafka>=2.0)
foreach(name test_jobctl_import test_jobctl_kafka)
    jw_add_test(${name}
        SOURCES unit/jobctl/integration/${name}.c unit/jobctl/jc_fixture.c
        LINK jw::jobctl PkgConfig::RDKAFKA
        LABELS integration
        TIMEOUT 180)
    target_include_directories(${name} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/unit/jobctl")
endforeach()
