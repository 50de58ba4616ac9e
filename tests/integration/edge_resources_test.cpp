// Resources that appear, change and go while the edge runs, and rows that are less tidy than posts.
#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class EdgeResources : public EdgeTest {
 protected:
  EdgeResources() {
    for (const auto* title : {"one", "two", "three", "four"}) posts_.push_back(add_post(title));
    start_edge();
  }
  // The same declaration as in db/resources.sql, but for what is said anew.
  std::string publish_posts(const std::string& rest) {
    return write(
        "SELECT edge.publish('posts', source => 'public.published_posts', key => 'id',"
        " sort => '-published_at,-id', " +
        rest + ")");
  }
  std::vector<std::string> posts_;
};

TEST_F(EdgeResources, AResourceAppearsWithoutARestart) {
  EXPECT_EQ(edge().get("/v1/resources/people").error(), "unknown_resource");
  const auto token = write(
      "CREATE VIEW people AS SELECT id, username FROM users;"
      "SELECT edge.publish('people', source => 'public.people', key => 'id', sort => 'username')");
  auto reader = edge().stream("/v1/resources/people?after=" + token);
  EXPECT_EQ(reader->next().keys(), (Keys{"1", "2", "3"}));
  write("UPDATE users SET username = 'zoe' WHERE id = 1");
  EXPECT_EQ(reader->next_change().keys(), Keys{"1"});
  EXPECT_TRUE(shows(*reader, "people"));
}

TEST_F(EdgeResources, ChangedWhileStreamsAreOpen) {
  auto plain = stream("/v1/resources/posts");
  auto tagged = stream("/v1/resources/posts?tags=art");
  auto of_author = stream("/v1/resources/posts?author_id=1");
  const auto token = publish_posts("filters => '{author_id}', default_limit => 2, max_limit => 50");

  EXPECT_EQ(tagged->next_change().reason(), "unpublished") << "its filter is no more";
  auto fresh = edge().stream("/v1/resources/posts?after=" + token);
  EXPECT_EQ(fresh->next().keys(), (Keys{posts_[3], posts_[2]}));
  EXPECT_EQ(edge().get("/v1/resources/posts?tags=art&after=" + token).error(), "unknown_parameter");
  EXPECT_EQ(edge().get("/v1/resources/posts?limit=51&after=" + token).error(), "bad_parameter");

  EXPECT_TRUE(nothing_more(*plain));
  EXPECT_EQ(of_author->next_change().keys().size(), 1U);
  EXPECT_TRUE(shows(*plain, "published_posts"));
  EXPECT_TRUE(shows(*of_author, "published_posts"));
}

TEST_F(EdgeResources, AViewDefinedAnewStreamsTheDifference) {
  auto reader = stream("/v1/resources/posts");
  write(
      "CREATE OR REPLACE VIEW published_posts AS SELECT * FROM all_posts WHERE status = 'published' AND title <> "
      "'two'");
  publish_posts("filters => '{author_id,tags}', default_limit => 25, max_limit => 1000");
  EXPECT_EQ(reader->next_change().removed(), Keys{posts_[1]});
  EXPECT_TRUE(nothing_more(*reader));
  EXPECT_TRUE(shows(*reader, "published_posts"));
}

TEST_F(EdgeResources, PublishedAgainUnchangedIsNoEvent) {
  auto reader = stream("/v1/resources/posts");
  publish_posts("filters => '{author_id,tags}', default_limit => 25, max_limit => 1000");
  EXPECT_TRUE(nothing_more(*reader));
}

TEST_F(EdgeResources, UnpublishedEndsItsStreams) {
  auto reader = stream("/v1/resources/posts");
  auto single = stream("/v1/resources/posts/" + posts_[0]);
  const auto token = write("SELECT edge.unpublish('posts')");
  EXPECT_EQ(reader->next_change().reason(), "unpublished");
  EXPECT_EQ(single->next_change().reason(), "unpublished");
  EXPECT_TRUE(reader->ended());
  const auto gone = edge().get("/v1/resources/posts?after=" + token);
  EXPECT_EQ(gone.status, 404U);
  EXPECT_EQ(gone.error(), "unknown_resource");

  const auto again = publish_posts("default_limit => 25");
  EXPECT_EQ(edge().get("/v1/resources/posts?after=" + again).json().size(), 4U);
}

TEST_F(EdgeResources, ADroppedViewDoesNotStopTheOthers) {
  write(
      "CREATE TABLE notes (id int PRIMARY KEY, body text); CREATE VIEW note_list AS SELECT * FROM notes;"
      "SELECT edge.publish('notes', source => 'public.note_list', key => 'id')");
  auto posts = stream("/v1/resources/posts");
  ASSERT_TRUE(eventually([&] { return edge().get("/v1/resources/notes").status == 200; }));
  auto notes = stream("/v1/resources/notes");
  write("SELECT edge.unpublish('notes'); DROP VIEW note_list; DROP TABLE notes");
  EXPECT_EQ(notes->next_change().reason(), "unpublished");
  EXPECT_TRUE(nothing_more(*posts));
}

TEST_F(EdgeResources, AKeyThatIsNotUniqueShowsTheRowThatSortsFirst) {
  const auto token = write(
      "CREATE TABLE words (n int PRIMARY KEY, id int, word text); CREATE INDEX ON words (id);"
      "INSERT INTO words VALUES (1, 7, 'beta'), (2, 7, 'alpha'), (3, 8, 'gamma');"
      "CREATE VIEW word_list AS SELECT id, word FROM words;"
      "SELECT edge.publish('words', source => 'public.word_list', key => 'id', sort => 'id')");
  auto reader = edge().stream("/v1/resources/words?after=" + token);
  EXPECT_EQ(reader->next().data, R"([[7,[{"id":7,"word":"alpha"}]],[8,[{"id":8,"word":"gamma"}]]])");
  EXPECT_NE(edge().control().get("/metrics").body.find("edge_duplicate_keys{resource=\"words\"} 1"), std::string::npos)
      << edge().control().get("/metrics").body;
  write("DELETE FROM words WHERE word = 'alpha'");
  EXPECT_EQ(reader->next_change().data, R"([[7,[{"id":7,"word":"beta"}]]])");
  write("INSERT INTO words VALUES (4, 7, 'delta')");
  write("UPDATE words SET word = 'zeta' WHERE n = 1");
  EXPECT_EQ(reader->next_change().data, R"([[7,[{"id":7,"word":"delta"}]]])");
}

TEST_F(EdgeResources, LineEndsInsideAJsonColumnBreakNoFrame) {
  const auto token = write(
      "CREATE TABLE docs (id text PRIMARY KEY, doc json);"
      "INSERT INTO docs VALUES ('a/b c', E'{\"n\":\\n1,\\r\"m\":\\r\\n[2,\\n\\nnull]}');"
      "SELECT edge.publish('docs', source => 'public.docs', key => 'id')");
  const std::string path = "/v1/resources/docs/a%2Fb%20c?after=" + token;
  const auto expected = nlohmann::json::parse(R"({"id":"a/b c","doc":{"n":1,"m":[2,null]}})");
  const auto reply = edge().get(path);
  ASSERT_EQ(reply.status, 200U) << reply.body;
  EXPECT_EQ(reply.json(), expected);
  auto reader = stream(path);
  EXPECT_EQ(reader->fold(), (SseClient::Entries{{"\"a/b c\"", expected}}));
  write("UPDATE docs SET doc = E'[\\n\"event: end\"\\n]'");
  EXPECT_EQ(reader->next_change().event, "update");
  EXPECT_TRUE(shows(*reader, "docs"));
}

TEST_F(EdgeResources, EveryKindOfColumnOrdersAndFilters) {
  const auto token = write(
      "CREATE TYPE mood AS ENUM ('sad', 'fine', 'glad');"
      "CREATE TABLE things (a bigint, b text, n numeric, f float8, t timestamptz, d date, u uuid, o boolean, m mood,"
      " PRIMARY KEY (a, b));"
      "INSERT INTO things SELECT i % 5, 'k' || i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN 'NaN' ELSE (i - 20)::numeric "
      "/ 3 END,"
      " CASE i % 3 WHEN 0 THEN '-0' WHEN 1 THEN 'Infinity' ELSE i / 7.0::float8 END,"
      " CASE i % 6 WHEN 0 THEN '-infinity' ELSE timestamptz '1969-12-31 23:00Z' + i * interval '7 min' END,"
      " date '1999-12-31' + i % 3, md5((i % 7)::text)::uuid, i % 2 = 0, (enum_range(NULL::mood))[1 + i % 3]"
      " FROM generate_series(1, 60) i;"
      "SELECT edge.publish('things', source => 'public.things', key => 'a,b', sort => 'm,-n,f,-t,d,-u,o',"
      " filters => '{n,f,t,d,u,o,m}')");
  const auto order =
      " ORDER BY m NULLS LAST, n DESC NULLS LAST, f NULLS LAST, t DESC NULLS LAST, d, u DESC, o, a, b COLLATE \"C\"";
  const auto body_by_sql = [&](const std::string& where) {
    return database().sql(
        "SELECT '[' || coalesce(string_agg(v, ','), '') || ']' FROM (SELECT to_json(x)::text v FROM things x" + where +
        order + ") y");
  };
  EXPECT_EQ(edge().get("/v1/resources/things?after=" + token).body, body_by_sql(""));
  for (const auto& [query, where] : std::map<std::string, std::string>{
           {"n=NaN", " WHERE n = 'NaN'"},
           {"n=-6.00", " WHERE n = -6.00"},
           {"f=0", " WHERE f = 0"},
           {"f=infinity", " WHERE f = 'infinity'"},
           {"t=-infinity", " WHERE t = '-infinity'"},
           {"t=1970-01-01T01:07:00%2B02:00", " WHERE t = '1970-01-01T01:07:00+02:00'"},
           {"d=2000-01-01", " WHERE d = '2000-01-01'"},
           {"u=CFCD208495D565EF66E7DFF9F98764DA", " WHERE u = 'CFCD208495D565EF66E7DFF9F98764DA'"},
           {"o=yes&m=glad", " WHERE o = 'yes' AND m = 'glad'"}}) {
    const auto body = edge().get("/v1/resources/things?" + query).body;
    EXPECT_EQ(body, body_by_sql(where)) << query;
    EXPECT_GT(body.size(), 2U) << query << " finds nothing: the test shows nothing";
  }
  const auto single = edge().get("/v1/resources/things/%5B1,%22k1%22%5D");
  EXPECT_EQ(single.status, 200U) << single.body;
  EXPECT_EQ(single.json()["b"], "k1");
  for (const auto* wrong : {"n=x", "f=1e999", "t=tomorrow", "d=2026-02-30", "u=12", "o=maybe", "m=angry"}) {
    EXPECT_EQ(edge().get(std::string("/v1/resources/things?") + wrong).error(), "bad_parameter") << wrong;
  }
}

}  // namespace
}  // namespace suite::test
