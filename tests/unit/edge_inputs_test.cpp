// Inputs: what a patch may say, how long an entry lasts, what becomes a version and what is refused.
#include <gtest/gtest.h>

#include "edge_service/src/inputs.hpp"
#include "edge_service/src/store.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

using namespace std::chrono_literals;

DeclarationPtr input(const std::string& name, std::int64_t revision = 1, int ttl_s = 60) {
  return Declaration::parse(R"({"name":")" + name + R"(","revision":)" + std::to_string(revision) +
                            R"(,"view":null,"key":["key"],"columns":[],"sort":[],"filters":[],"owner":null,)" +
                            R"("default_limit":null,"max_limit":null,"load":null,"input":{"ttl_s":)" +
                            std::to_string(ttl_s) + "}}");
}

InputPatch patch_of(const std::string& body) {
  auto patch = InputPatch::parse(body);
  EXPECT_TRUE(patch) << body << ": " << (patch ? "" : patch.error().message);
  return patch ? *patch : InputPatch{};
}

// What a patch says, as one line.
std::string read(const std::string& body) {
  std::string text;
  for (const auto& item : patch_of(body).items) text += item.key + "=" + item.value.value_or("gone") + ";";
  return text;
}

TEST(InputPatchTest, KeysAndValuesAreKeptAsTheyCame) {
  EXPECT_EQ(read("[]"), "");
  EXPECT_EQ(read(R"( [ [ "a b" , [ { "z" : [ 1 , 2.50 ] , "a" : null } ] ] , [ -7, [ ] ] ] )"),
            R"("a b"={"z":[1,2.50],"a":null};-7=gone;)");
  EXPECT_EQ(read(R"([[1,[123456789012345678901234567890]],["1",[1e5]],["\u00e9\"\n",[[]]],["",[{}]],[2,[""]]])"),
            "1=123456789012345678901234567890;\"1\"=1e5;\"é\\\"\\n\"=[];\"\"={};2=\"\";");
  EXPECT_EQ(read("[[9007199254740991,[true]],[-9007199254740991,[false]]]"),
            "9007199254740991=true;-9007199254740991=false;");
}

TEST(InputPatchTest, OfSeveralWordsOnOneKeyTheLastCounts) {
  EXPECT_EQ(read(R"([[1,["a"]],[2,["b"]],[1,[]],[2,["c"]]])"), "1=gone;2=\"c\";");
}

TEST(InputPatchTest, WhatIsNoPatchIsRefusedWithTheWayToMendIt) {
  const auto said = [](const std::string& body) {
    const auto patch = InputPatch::parse(body);
    if (patch) return std::string("taken");
    EXPECT_EQ(patch.error().code, "bad_body");
    EXPECT_EQ(patch.error().status, suite::Status::bad_request);
    return patch.error().message;
  };
  for (const auto* body :
       {"", "{", "[[1,[1]]", "[[1,[1]]]x", "null", "7", "{}", R"({"a":[1]})", "[1]", R"([{"a":1}])", "[[]]", "[[1]]",
        "[[1,2]]", "[[1,{}]]", "[[1,[2],[3]]]", "[[1,[1e999]]]", "[[\"\xff\",[1]]]", "[[1,[\"\\ud800\"]]]"}) {
    EXPECT_NE(said(body).find("array of pairs"), std::string::npos) << body << ": " << said(body);
  }
  for (const auto* body : {"[[null,[1]]]", "[[1.5,[1]]]", "[[1.0,[1]]]", "[[true,[1]]]", "[[[1],[1]]]",
                           "[[9007199254740992,[1]]]", "[[-9007199254740992,[1]]]", "[[{},[1]]]"}) {
    EXPECT_NE(said(body).find("keys are strings or whole numbers"), std::string::npos) << body << ": " << said(body);
  }
  EXPECT_NE(said("[[1,[1,2]]]").find("at most one value"), std::string::npos);
  EXPECT_NE(said("[[1,[[1],[2]]]]").find("at most one value"), std::string::npos);
}

// Such a value would take a recursive reader's stack; it is refused before anybody has to read it.
TEST(InputPatchTest, ValuesNestSoDeepAndNoDeeper) {
  const auto nested = [](std::size_t depth) {
    return "[[1,[" + std::string(depth, '[') + std::string(depth, ']') + "]]]";
  };
  EXPECT_TRUE(InputPatch::parse(nested(InputPatch::kDeepest)));
  const auto deeper = InputPatch::parse(nested(InputPatch::kDeepest + 1));
  ASSERT_FALSE(deeper);
  EXPECT_NE(deeper.error().message.find("100 deep"), std::string::npos);
  EXPECT_FALSE(InputPatch::parse(nested(100'000)));
}

TEST(InputKeys, NumbersAndStringsInPathsAndBodies) {
  const auto presence = input("presence");
  const auto path = [&](const char* segment) { return presence->key_from_path(segment).value_or("none"); };
  EXPECT_EQ(path("42"), "42");
  EXPECT_EQ(path("-42"), "-42");
  EXPECT_EQ(path("ann"), "\"ann\"");
  EXPECT_EQ(path("\"42\""), "\"42\"") << "the string, told from the number by its quotes";
  EXPECT_EQ(path("\"a\\nb\""), "\"a\\nb\"");
  EXPECT_EQ(path("\"open"), "\"\\\"open\"");
  for (const auto* text : {"042", "+42", "-0", "4.0", "9007199254740992", " 42", "true", "null", "[1]"}) {
    EXPECT_EQ(path(text), "\"" + std::string(text) + "\"") << "no key that is a number is written like this";
  }
  EXPECT_EQ(path("\xff"), "none");
  const auto json = [&](const char* text) { return presence->key_from_json(text).value_or("none"); };
  EXPECT_EQ(json("42"), "42");
  EXPECT_EQ(json("\"42\""), "\"42\"");
  for (const auto* text : {"4.5", "null", "[42]", "{}", "9007199254740992"}) EXPECT_EQ(json(text), "none") << text;
}

// A batch as a store would get it.
struct Recorder : BatchSink {
  void apply(Batch&& batch) override { batches.push_back(std::move(batch)); }
  std::vector<Batch> batches;
};

class InputsTest : public ::testing::Test {
 protected:
  InputsTest() { declare({input("presence"), input("cursors", 2, 10)}); }

  void declare(const std::vector<DeclarationPtr>& declarations, const std::string& snapshot = "5:5:") {
    Batch batch;
    batch.snapshot = *Snapshot::parse(snapshot);
    for (const auto& declaration : declarations) batch.resources.push_back({declaration, true, {}, {}});
    inputs_.apply(std::move(batch));
  }
  void unpublish(const std::string& name) {
    Batch batch;
    batch.unpublished.push_back(name);
    inputs_.apply(std::move(batch));
  }
  // The code of the refusal, or nothing.
  std::string write(const std::string& body, const std::string& collection = "presence") {
    const auto refused = inputs_.write(collection, patch_of(body));
    return refused ? refused->code : std::string();
  }
  // What was handed over since the last call: "collection: key=value; key gone", a version a line.
  std::string told() {
    std::string text;
    for (const auto& batch : std::exchange(store_.batches, {})) {
      EXPECT_FALSE(batch.version);
      for (const auto& resource : batch.resources) {
        text += resource.declaration->name + (resource.whole ? " whole:" : ":");
        for (const auto& entry : resource.present) {
          text.append(" ").append(entry->key()).append("=").append(entry->value());
        }
        for (const auto& key : resource.absent) text += " " + key + " gone";
        text += ". ";
      }
      text += "\n";
    }
    return text;
  }
  void pass(std::chrono::milliseconds time) {
    now_ += time;
    inputs_.expire();
  }

  boost::asio::io_context core_;
  Recorder store_;
  Inputs::Time now_ = suite::Clock::now();
  Inputs inputs_{core_.get_executor(), store_, {4, 1000}, [this] { return now_; }};
};

TEST_F(InputsTest, APatchIsOneVersionAtTheSnapshotAppliedLast) {
  EXPECT_EQ(told(), "presence whole:. cursors whole:. \n");
  declare({}, "7:9:8");
  told();
  EXPECT_EQ(write(R"([["ann",[{"at":"home"}]],[7,[true]]])"), "");
  ASSERT_EQ(store_.batches.size(), 1U);
  EXPECT_EQ(store_.batches[0].snapshot.text(), "7:9:8");
  EXPECT_EQ(told(), "presence: \"ann\"={\"at\":\"home\"} 7=true. \n");
  EXPECT_EQ(write(R"([["ann",["away"]],[7,[]],[8,[]]])"), "");
  EXPECT_EQ(told(), "presence: \"ann\"=\"away\" 7 gone. \n") << "what was not there is nothing to tell";
  EXPECT_EQ(write("[]"), "");
  EXPECT_EQ(told(), "");
}

TEST_F(InputsTest, AnEqualRepeatMovesTheExpiryAndMakesNoVersion) {
  write("[[1,[true]]]", "cursors");
  told();
  pass(9s);
  write("[[ 1 , [ true ] ]]", "cursors");
  pass(9s);
  EXPECT_EQ(told(), "");
  pass(999ms);
  EXPECT_EQ(told(), "");
  pass(1ms);
  EXPECT_EQ(told(), "cursors: 1 gone. \n");
  EXPECT_EQ(inputs_.entries(), 0U);
}

TEST_F(InputsTest, WhatExpiresTogetherIsOneVersion) {
  write("[[1,[true]],[2,[true]]]", "cursors");
  write("[[\"a\",[true]]]");
  pass(5s);
  write("[[2,[true]]]", "cursors");
  told();
  pass(5s);
  EXPECT_EQ(told(), "cursors: 1 gone. \n");
  pass(60s);
  const auto text = told();
  EXPECT_NE(text.find("cursors: 2 gone. "), std::string::npos);
  EXPECT_NE(text.find("presence: \"a\" gone. "), std::string::npos);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

TEST_F(InputsTest, NoOtherCollectionIsWritten) {
  declare({test::row_declaration(3, "rows")});
  EXPECT_EQ(write("[[1,[1]]]", "rows"), "unknown_collection") << "a resource is the database's";
  EXPECT_EQ(write("[[1,[1]]]", "nothing"), "unknown_collection");
  Inputs early(core_.get_executor(), store_, {4, 1000}, [this] { return now_; });
  EXPECT_EQ(early.write("presence", patch_of("[[1,[1]]]"))->code, "not_loaded");
}

TEST_F(InputsTest, BeyondTheBoundsAPatchIsRefusedWhole) {
  EXPECT_EQ(write("[[1,[1]],[2,[1]],[3,[1]]]"), "");
  EXPECT_EQ(write("[[1,[1]]]", "cursors"), "");
  told();
  EXPECT_EQ(write("[[1,[2]],[4,[1]]]"), "inputs_full");
  EXPECT_EQ(write("[[2,[1]]]", "cursors"), "inputs_full") << "the bound is over all";
  EXPECT_EQ(told(), "") << "refused whole";
  EXPECT_EQ(write("[[1,[2]]]"), "") << "what is there may be written again";
  EXPECT_EQ(write("[[1,[]],[4,[1]]]"), "") << "and give way to another";
  EXPECT_EQ(inputs_.write("cursors", patch_of("[[9,[1]]]"))->status, suite::Status::too_many_requests);
  pass(10s);
  EXPECT_EQ(write("[[2,[1]]]", "cursors"), "") << "what has expired makes room";

  const std::string large = "[[1,[\"" + std::string(900, 'x') + "\"]]]";
  EXPECT_EQ(write(large), "inputs_full") << "so many bytes";
  pass(60s);
  EXPECT_EQ(write(large), "");
  EXPECT_EQ(write("[[2,[\"" + std::string(100, 'x') + "\"]]]"), "inputs_full");
  EXPECT_EQ(write("[[1,[\"\"]],[2,[\"" + std::string(100, 'x') + "\"]]]"), "");
}

TEST_F(InputsTest, ANewDeclarationOrAReloadKeepsTheEntries) {
  write("[[1,[true]]]", "cursors");
  told();
  declare({input("cursors", 3, 30)});
  EXPECT_EQ(told(), "cursors whole: 1=true. \n");
  pass(10s);
  EXPECT_EQ(told(), "cursors: 1 gone. \n") << "by the time to live that it was written with";
  write("[[1,[true]]]", "cursors");
  told();
  pass(29s);
  EXPECT_EQ(told(), "");
  pass(1s);
  EXPECT_EQ(told(), "cursors: 1 gone. \n");
}

TEST_F(InputsTest, UnpublishedOrTurnedIntoAResourceItIsForgotten) {
  write("[[1,[true]]]");
  write("[[1,[true]]]", "cursors");
  told();
  unpublish("presence");
  EXPECT_EQ(write("[[1,[true]]]"), "unknown_collection");
  EXPECT_EQ(inputs_.entries(), 1U);
  declare({test::row_declaration(4, "cursors")});
  EXPECT_EQ(told(), "\ncursors whole:. \n");
  EXPECT_EQ(inputs_.entries(), 0U);
  pass(60s);
  EXPECT_EQ(told(), "");
  declare({input("presence", 5)});
  EXPECT_EQ(told(), "presence whole:. \n");
}

// With the real store and the real clock: the timer alone removes the entry.
TEST(InputsOverAStore, TheTimerRemovesWhatNobodyRepeats) {
  boost::asio::io_context core, io;
  Store store(core, 1 << 20);
  std::vector<ReleasePtr> releases;
  store.attach(io.get_executor(), [&](const ReleasePtr& release) { releases.push_back(release); });
  Inputs inputs(core.get_executor(), store, {});
  Batch first;
  first.snapshot = *Snapshot::parse("5:5:");
  const auto declaration = input("presence", 1, 1);
  first.resources.push_back({declaration, true, {}, {}});
  inputs.apply(std::move(first));
  WindowSpec all;
  all.resource = "presence";
  const auto window = store.open(all, 1, 0);
  ASSERT_NE(window.id, 0U);

  const auto began = suite::Clock::now();
  ASSERT_FALSE(inputs.write("presence", patch_of("[[1,[true]],[\"b\",[true]]]")));
  ASSERT_FALSE(inputs.write("presence", patch_of("[[1,[true]]]")));
  EXPECT_EQ(test::keys_of(store.read("presence", window.id)->entries()), (std::vector<std::string>{"\"b\"", "1"}));
  EXPECT_EQ(store.figures().sequence, 2U);
  core.run();  // until the timer has nothing more to wait for
  EXPECT_GE(suite::Clock::now() - began, 1s);
  io.run();
  EXPECT_TRUE(store.read("presence", window.id)->entries().empty());
  ASSERT_FALSE(releases.empty());
  EXPECT_TRUE(releases.back()->applied->sees(4));
  const auto missed = store.resume("presence", window.id, 2);
  EXPECT_TRUE(missed.known) << "the history has it like any other change";
  EXPECT_EQ(missed.missed.size(), 2U);
}

}  // namespace
}  // namespace edge
