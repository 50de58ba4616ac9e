// Edges that follow edges: to a client every node is the same.
#include "tests/support/edge_cluster.hpp"
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeReplication : public EdgeTest {
 protected:
  // leader ← near ← far
  void stand_up(const EdgeProcess::Settings& settings = {}) {
    cluster_ = std::make_unique<EdgeCluster>(settings);
    cluster_->add("leader", database().url("blog_edge"));
    cluster_->follow("near", {"leader"});
    cluster_->follow("far", {"near"});
  }
  void TearDown() override {
    if (HasFailure() && cluster_) std::cerr << cluster_->said();
    cluster_.reset();
    EdgeTest::TearDown();
  }

  EdgeProcess& node(const std::string& name) { return (*cluster_)[name]; }
  const EdgeCluster::Names kNodes{"leader", "near", "far"};

  std::unique_ptr<SseClient> stream_of(const std::string& name, const std::string& target, const Fields& fields = {}) {
    auto reader = node(name).stream(target, fields);
    EXPECT_EQ(reader->next_change().event, "init");
    return reader;
  }
  HttpReply patch(const std::string& name, const std::string& body, const std::string& collection = "presence") {
    return node(name).control().ask("PATCH", "/v1/inputs/" + collection, {}, body);
  }
  bool logs(const std::string& name, const std::string& words) {
    return eventually([&] { return node(name).process().output().find(words) != std::string::npos; });
  }

  std::unique_ptr<EdgeCluster> cluster_;
};

TEST_F(EdgeReplication, EveryNodeAnswersAlike) {
  for (int i = 0; i < 30; ++i) add_post("post " + std::to_string(i), "published", 1 + i % 2, "{red}");
  stand_up();
  const auto token = write("UPDATE posts SET title = 'last' WHERE id = 7");
  for (const auto* target : {"/v1/resources/posts", "/v1/resources/posts?limit=7", "/v1/resources/posts?author_id=2",
                             "/v1/resources/posts?tags=red&limit=3", "/v1/resources/posts/7"}) {
    std::vector<HttpReply> replies;
    for (const auto& name : kNodes) {
      const auto reply = node(name).get(target, {{"Edge-After", token}});
      ASSERT_EQ(reply.status, 200U) << name << ' ' << target << reply.body;
      replies.push_back(reply);
    }
    for (std::size_t i = 1; i < replies.size(); ++i) {
      EXPECT_EQ(replies[i].body, replies[0].body) << kNodes[i] << ' ' << target;
    }
  }
  EXPECT_EQ(node("leader").readyz()["role"], "leader");
  EXPECT_EQ(node("far").readyz()["role"], "follower");
  for (const auto& name : kNodes) EXPECT_EQ(node(name).readyz()["version"], node("leader").readyz()["version"]);
  const auto status = node("near").control().get("/v1/status").json();
  EXPECT_EQ(status["followers"][0]["node"], "far");
  EXPECT_EQ(status["followers"][0]["versions_behind"], 0);
}

TEST_F(EdgeReplication, ATokenIsAwaitedOnEveryNode) {
  stand_up();
  for (int turn = 0; turn < 30; ++turn) {
    const auto token = write("INSERT INTO posts (author_id, title, content, status) VALUES (1, 't', 'c', 'published')");
    for (const auto* name : {"far", "near"}) {
      const auto reply = node(name).get("/v1/resources/posts?limit=100", {{"Edge-After", token}});
      ASSERT_EQ(reply.status, 200U) << reply.body;
      ASSERT_EQ(reply.json().size(), static_cast<std::size_t>(turn + 1)) << name;
    }
    // What touches no resource moves the snapshot, too.
    const auto idle = write("CREATE TEMPORARY TABLE t ON COMMIT DROP AS SELECT 1");
    ASSERT_EQ(node("far").get("/v1/resources/posts", {{"Edge-After", idle}}).status, 200U);
  }
}

TEST_F(EdgeReplication, AReaderGoesOnAtAnyOtherNode) {
  const auto kept = add_post("kept"), changed = add_post("changed");
  stand_up();
  auto reader = stream_of("far", "/v1/resources/posts");
  add_post("third");
  EXPECT_EQ(reader->next_change().event, "update");
  const auto id = reader->last_id();
  reader.reset();
  const auto token = write("UPDATE posts SET title = 'anew' WHERE id = " + changed);
  for (const auto& name : kNodes) {
    ASSERT_EQ(node(name).get("/v1/resources/posts", {{"Edge-After", token}}).status, 200U);
    auto again = node(name).stream("/v1/resources/posts", {{"Last-Event-ID", id}});
    const auto frame = again->next();
    EXPECT_EQ(frame.event, "update") << name;
    EXPECT_EQ(frame.keys(), Keys{changed}) << name;
  }
}

TEST_F(EdgeReplication, WhatIsPublishedChangedAndUnpublishedIsSoOnEveryNode) {
  const auto draft = add_post("draft", "draft");
  const auto post = add_post("post");
  stand_up();
  write("SELECT edge.publish('titles', source => 'published_posts', key => 'id', sort => 'id')");
  auto reader = std::unique_ptr<SseClient>();
  ASSERT_TRUE(eventually([&] { return node("far").get("/v1/resources/titles").status == 200; }));
  reader = stream_of("far", "/v1/resources/titles");
  write("SELECT edge.publish('titles', source => 'all_posts', key => 'id', sort => 'id')");
  const auto difference = reader->next_change();
  EXPECT_EQ(difference.event, "update");
  EXPECT_EQ(difference.keys(), Keys{draft});
  EXPECT_TRUE(shows(*reader, "all_posts"));
  write("SELECT edge.unpublish('titles')");
  EXPECT_EQ(reader->next_change().reason(), "unpublished");
  EXPECT_EQ(node("far").get("/v1/resources/titles").error(), "unknown_resource");
}

TEST_F(EdgeReplication, PrivateEntriesReachTheirOwnerOnEveryNode) {
  add_post("mine", "draft", 1);
  add_post("theirs", "draft", 2);
  stand_up();
  const auto mine = node("far").get("/v1/resources/my_posts", {{"Authorization", "Bearer " + token_of(1)}});
  EXPECT_EQ(mine.json().size(), 1U);
  EXPECT_EQ(mine.json()[0]["title"], "mine");
  EXPECT_EQ(node("far").get("/v1/resources/my_posts").status, 401U);
}

TEST_F(EdgeReplication, OnlyNodesOfOneProtocolAndTokenFollow) {
  const std::string token = "a-control-token-0123456789";
  stand_up({{"EDGE_CONTROL_TOKEN", token}});
  EXPECT_EQ(node("leader").control().get("/v1/replicate").status, 401U);
  const Fields good{{"Authorization", "Bearer " + token}};
  const auto plain = node("leader").control().get("/v1/replicate", good);
  EXPECT_EQ(plain.status, 426U);
  EXPECT_EQ(plain.error(), "upgrade_required");
  auto older = good;
  older.emplace_back("Upgrade", "edge-replication/0");
  EXPECT_EQ(node("leader").control().get("/v1/replicate", older).status, 426U);

  node("far").process().signal(SIGKILL);
  EdgeCluster strangers;
  Process stranger({EDGE_SERVICE_BINARY}, {{"EDGE_UPSTREAM", node("leader").control_url()},
                                           {"EDGE_BIND", "127.0.0.1"},
                                           {"EDGE_STREAMING_PORT", std::to_string(free_port())},
                                           {"EDGE_CONTROL_PORT", std::to_string(free_port())}});
  EXPECT_TRUE(eventually([&] {
    return stranger.output().find("EDGE_CONTROL_TOKEN, the same on all nodes") != std::string::npos;
  })) << stranger.output();
}

TEST_F(EdgeReplication, NobodyFollowsItself) {
  cluster_ = std::make_unique<EdgeCluster>();
  cluster_->add("leader", database().url("blog_edge"));
  const auto port = free_port();
  cluster_->add("near", node("leader").control_url() + ",http://127.0.0.1:" + std::to_string(port));
  cluster_->add("far", node("near").control_url(), {{"EDGE_CONTROL_PORT", std::to_string(port)}});
  node("leader").end(SIGKILL);
  EXPECT_TRUE(logs("near", "it follows this node"));
  node("leader").launch();
  EXPECT_TRUE(eventually([&] { return cluster_->well("near") && cluster_->well("far"); }));
}

TEST_F(EdgeReplication, InputsAreWrittenAnywhere) {
  write("SELECT edge.publish_input('presence')");
  stand_up();
  auto reader = stream_of("leader", "/v1/resources/presence");
  for (int turn = 0; turn < 50; ++turn) {
    const auto& name = kNodes[static_cast<std::size_t>(turn) % 3];
    const auto reply = patch(name, "[[\"ann\",[" + std::to_string(turn) + "]]]");
    ASSERT_EQ(reply.status, 200U) << reply.body;
    ASSERT_EQ(node(name).get("/v1/resources/presence/ann").body, std::to_string(turn)) << "read where it was written";
  }
  EXPECT_TRUE(eventually([&] { return reader->fold()["\"ann\""] == 49; }));
  EXPECT_EQ(patch("far", "[[\"ann\",[]]]").status, 200U);
  EXPECT_EQ(node("far").get("/v1/resources/presence").body, "[]");
  const auto unknown = patch("far", "[]", "nothing%2Fof%20that%20kind");
  EXPECT_EQ(unknown.status, 404U);
  EXPECT_EQ(unknown.error(), "unknown_collection");
  EXPECT_EQ(patch("far", "no json").status, 400U);

  node("leader").end(SIGKILL);
  EXPECT_TRUE(eventually([&] {
    const auto reply = patch("far", "[[1,[1]]]");
    return reply.status == 503 && reply.error() == "upstream_unreachable";
  }));
}

TEST_F(EdgeReplication, NodesTellHowTheyAre) {
  write("SELECT edge.publish_input('nodes', ttl_s => 3)");
  stand_up();
  const auto names = [&] {
    std::set<std::string> found;
    for (const auto& report : node("far").get("/v1/resources/nodes").json()) found.insert(report["name"]);
    return found;
  };
  EXPECT_TRUE(eventually([&] { return names() == std::set<std::string>{"leader", "near", "far"}; }));
  const auto far = node("leader").get("/v1/resources/nodes/far").json();
  EXPECT_EQ(far["role"], "follower");
  EXPECT_EQ("http://" + far["upstream"].get<std::string>(), node("near").control_url());
  EXPECT_EQ(far["stale"], false);
  EXPECT_EQ(far["streams"], 0);
  EXPECT_GT(far["memory_bytes"].get<long>(), 1'000'000);
  auto reader = stream_of("near", "/v1/resources/nodes");
  node("far").process().signal(SIGKILL);
  EXPECT_TRUE(eventually([&] { return !reader->fold().contains("\"far\""); })) << "who is gone is gone";
}

TEST_F(EdgeReplication, ADeletedStreamIsUnknownEverywhere) {
  stand_up({{"EDGE_STREAM_SECRET", "one-secret-of-all-nodes-0123456789"}});
  const auto id = node("far").post("/v1/streams/posts", "{}").body;
  const auto target = "/v1/streams/" + id;
  auto reader = stream_of("near", target);
  EXPECT_EQ(node("leader").control().ask("DELETE", target).body, "OK");
  EXPECT_EQ(reader->next_change().reason(), "deleted");
  for (const auto& name : kNodes) {
    EXPECT_TRUE(eventually([&] { return node(name).get(target).status == 404; })) << name;
  }
  // A leader that has forgotten is told by those below.
  node("leader").restart();
  EXPECT_TRUE(eventually([&] { return node("leader").get(target, {{"Range", "bytes=0-0"}}).status == 404; }));
  EXPECT_EQ(node("leader").get("/v1/resources/~deleted").error(), "unknown_resource");
}

}  // namespace
}  // namespace suite::test
