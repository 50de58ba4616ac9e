// How the process begins and ends.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <ostream>

#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

struct Refusal {
  std::string setting;  // that the line must name
  Process::Environment environment;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.setting; }

class EdgeConfiguration : public ::testing::TestWithParam<Refusal> {};

TEST_P(EdgeConfiguration, IsRefusedInOneLine) {
  Process::Environment environment{{"EDGE_UPSTREAM", "postgresql://edge:pass-word-of-the-url@localhost/blog"}};
  for (const auto& [name, value] : GetParam().environment) environment[name] = value;
  Process process({EDGE_SERVICE_BINARY}, environment);
  EXPECT_EQ(process.wait(), 2) << process.output();
  const auto output = process.output();
  EXPECT_EQ(std::count(output.begin(), output.end(), '\n'), 1) << output;
  EXPECT_NE(output.find(GetParam().setting), std::string::npos) << output;
  EXPECT_NE(output.find("allowed: "), std::string::npos) << output;
  for (const auto* secret : {"pass-word-of-the-url", "short-secret"}) {
    EXPECT_EQ(output.find(secret), std::string::npos) << output;
  }
}

INSTANTIATE_TEST_SUITE_P(
    BadValues, EdgeConfiguration,
    ::testing::Values(Refusal{"EDGE_UPSTREAM", {{"EDGE_UPSTREAM", ""}}},
                      Refusal{"EDGE_UPSTREAM", {{"EDGE_UPSTREAM", "mysql://edge:pass-word-of-the-url@localhost/blog"}}},
                      Refusal{"EDGE_STREAMING_PORT", {{"EDGE_STREAMING_PORT", "eighty"}}},
                      Refusal{"EDGE_CONTROL_PORT", {{"EDGE_CONTROL_PORT", "70000"}}},
                      Refusal{"EDGE_THREADS", {{"EDGE_THREADS", "0"}}},
                      Refusal{"EDGE_JWT_SECRET", {{"EDGE_JWT_SECRET", "short-secret"}}},
                      Refusal{"EDGE_CONTROL_TOKEN", {{"EDGE_CONTROL_TOKEN", "short-secret"}}},
                      Refusal{"EDGE_JWT_SECRET", {{"EDGE_JWT_SECRET_FILE", "/nowhere/secret"}}},
                      Refusal{"EDGE_HEARTBEAT_S", {{"EDGE_HEARTBEAT_S", "0"}}},
                      Refusal{"EDGE_MAX_STALENESS_S", {{"EDGE_MAX_STALENESS_S", "soon"}}},
                      Refusal{"EDGE_LOG_LEVEL", {{"EDGE_LOG_LEVEL", "loud"}}}),
    [](const auto& refusal) { return refusal.param.setting + "_" + std::to_string(refusal.index); });

TEST(EdgeCommandLine, UnknownFlagIsRefusedAndHelpAnswers) {
  Process unknown({EDGE_SERVICE_BINARY, "--colour", "red"}, {});
  EXPECT_EQ(unknown.wait(), 2);
  Process help({EDGE_SERVICE_BINARY, "--help"}, {});
  EXPECT_EQ(help.wait(), 0);
  for (const auto* name : {"EDGE_UPSTREAM", "EDGE_HEARTBEAT_S", "EDGE_JWT_SECRET_FILE", "--drain-s"}) {
    EXPECT_NE(help.output().find(name), std::string::npos) << name;
  }
  Process version({EDGE_SERVICE_BINARY, "--version"}, {});
  EXPECT_EQ(version.wait(), 0);
  EXPECT_TRUE(version.output().starts_with("edge_service ")) << version.output();
}

class EdgeLifecycle : public EdgeTest {};

TEST_F(EdgeLifecycle, APortThatIsTakenIsNamed) {
  start_edge();
  const auto taken = edge().readyz();  // it listens
  Process second({EDGE_SERVICE_BINARY}, {{"EDGE_UPSTREAM", database().url("blog_edge")},
                                         {"EDGE_BIND", "127.0.0.1"},
                                         {"EDGE_STREAMING_PORT", std::to_string(edge().streaming().port())},
                                         {"EDGE_CONTROL_PORT", std::to_string(free_port())}});
  EXPECT_EQ(second.wait(), 1) << taken;
  EXPECT_NE(second.output().find(std::to_string(edge().streaming().port())), std::string::npos) << second.output();
}

TEST_F(EdgeLifecycle, WithoutADatabaseItIsAliveButNotReady) {
  const auto port = free_port();
  Process process({EDGE_SERVICE_BINARY}, {{"EDGE_UPSTREAM", "postgresql://blog_edge:hidden-word@/blog?host=/nowhere"},
                                          {"EDGE_BIND", "127.0.0.1"},
                                          {"EDGE_STREAMING_PORT", std::to_string(port)},
                                          {"EDGE_CONTROL_PORT", std::to_string(free_port())}});
  ASSERT_TRUE(process.logs("upstream_lost", 2)) << process.output();
  const HttpClient client(port);
  EXPECT_EQ(client.get("/healthz").status, 200U);
  const auto ready = client.get("/readyz");
  EXPECT_EQ(ready.status, 503U);
  EXPECT_EQ(ready.json()["error"], "loading");
  EXPECT_EQ(client.get("/v1/resources/posts").error(), "not_loaded");
  EXPECT_EQ(process.output().find("hidden-word"), std::string::npos) << process.output();
  process.signal(SIGTERM);
  EXPECT_EQ(process.wait(), 0) << process.output();
}

// What no waiting mends is told with what to do about it, where one looks first.
TEST_F(EdgeLifecycle, ADatabaseThatRefusesItSaysHowToMendIt) {
  const auto port = free_port();
  const auto refused = [&](const std::string& upstream) {
    Process process({EDGE_SERVICE_BINARY}, {{"EDGE_UPSTREAM", upstream},
                                            {"EDGE_BIND", "127.0.0.1"},
                                            {"EDGE_STREAMING_PORT", std::to_string(port)},
                                            {"EDGE_CONTROL_PORT", std::to_string(free_port())}});
    EXPECT_TRUE(process.logs("upstream_lost", 2)) << process.output();
    const auto troubles = HttpClient(port).get("/readyz").json()["troubles"];
    return troubles.empty() ? "no trouble" : troubles[0]["reason"].get<std::string>();
  };
  database().admin("REVOKE ALL ON SCHEMA edge FROM blog_edge");
  EXPECT_THAT(refused(database().url("blog_edge")), ::testing::HasSubstr("edge.grant_edge"));
  database().admin("DROP SCHEMA edge CASCADE");
  EXPECT_THAT(refused(database().url("blog_edge")), ::testing::HasSubstr("install db/edge.sql"));
}

TEST_F(EdgeLifecycle, SigtermDrains) {
  add_post("one");
  start_edge({{"EDGE_DRAIN_S", "2"}});
  std::vector<std::unique_ptr<SseClient>> readers;
  for (int i = 0; i < 12; ++i) readers.push_back(stream("/v1/resources/posts"));

  edge().process().signal(SIGTERM);
  ASSERT_TRUE(edge().process().logs("draining"));
  const auto ready = edge().get("/readyz");
  EXPECT_EQ(ready.status, 503U);
  EXPECT_EQ(ready.json()["error"], "draining");
  EXPECT_EQ(edge().get("/v1/resources/posts").status, 200U) << "what is asked while draining is answered";

  for (auto& reader : readers) {
    EXPECT_EQ(reader->next_change().reason(), "drain");
    EXPECT_TRUE(reader->ended());
  }
  EXPECT_EQ(edge().process().wait(), 0);
  EXPECT_EQ(edge().process().count("stopped"), 1U);
  EXPECT_TRUE(eventually(
      [&] { return database().admin("SELECT count(*) FROM pg_stat_activity WHERE usename = 'blog_edge'") == "0"; }));
}

}  // namespace
}  // namespace suite::test
