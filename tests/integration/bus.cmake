# The Kafka adapter against a real broker (JW_KAFKA_BROKERS).
foreach(name test_bus_kafka test_bus_kafka_group)
    jw_add_test(${name}
        SOURCES integration/${name}.c integration/bus_fixture.c
        LINK jw::bus PkgConfig::RDKAFKA
        LABELS integration
        TIMEOUT 180)
endforeach()
