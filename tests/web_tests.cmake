# Tests of the web service; included by tests/CMakeLists.txt.
add_executable(web_unit_tests
  unit/web_config_test.cpp unit/web_connection_string_test.cpp unit/web_errors_test.cpp unit/web_http_client_test.cpp
  unit/web_input_test.cpp unit/web_json_body_test.cpp unit/web_login_throttle_test.cpp unit/web_passwords_test.cpp
  unit/web_routes_test.cpp unit/web_sessions_test.cpp unit/web_socket_watchdog_test.cpp unit/web_stream_query_test.cpp
  unit/web_work_pool_test.cpp)
target_link_libraries(web_unit_tests PRIVATE web_service_lib GTest::gtest_main)
gtest_discover_tests(web_unit_tests PROPERTIES LABELS unit)

# With a PostgreSQL cluster of their own, the real program and a fake edge.
add_executable(web_integration_tests
  integration/web_database_test.cpp integration/web_edge_test.cpp integration/web_lifecycle_test.cpp
  integration/web_login_test.cpp
  integration/web_posts_test.cpp integration/web_protocol_test.cpp integration/web_reads_test.cpp
  integration/web_users_test.cpp support/web_fake_edge.cpp support/web_test.cpp)
target_compile_definitions(web_integration_tests PRIVATE WEB_SERVICE_BINARY="$<TARGET_FILE:web_service>")
target_link_libraries(web_integration_tests PRIVATE web_service_lib test_support)
add_dependencies(web_integration_tests web_service)
gtest_discover_tests(web_integration_tests PROPERTIES LABELS integration TIMEOUT 120)
