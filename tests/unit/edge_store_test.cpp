// Store, collections and windows against a naive model: after every random version each window shows what filtering,
// sorting and cutting all rows gives; its steps lead there; and a reader of any older version is told exactly what it
// missed.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "edge_service/src/store.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

using test::Row;
using Rows = std::map<int, Row>;
using Held = std::map<std::string, std::string>;

Held held(const std::vector<EntryPtr>& entries) {
  Held made;
  for (const auto& entry : entries) made.emplace(entry->key(), entry->value());
  return made;
}

// Returns whether each change told something new.
::testing::AssertionResult take_in(Held& reader, const Changes& changes) {
  for (const auto& change : changes) {
    const std::string key(change.either().key());
    const auto known = reader.find(key);
    if (!change.after) {
      if (known == reader.end()) return ::testing::AssertionFailure() << key << " leaves where it was not";
      reader.erase(known);
    } else if (known != reader.end() && known->second == change.after->value()) {
      return ::testing::AssertionFailure() << key << " is told again";
    } else {
      reader[key] = change.after->value();
    }
  }
  return ::testing::AssertionSuccess();
}

// A window, and what a model of it knows.
struct Watched {
  std::string name;
  std::optional<std::size_t> limit;
  std::optional<int> author, owner, key;
  std::vector<std::string> tags;
  WindowSpec spec;
  WindowId id = 0;
  Held reader;                       // folded from the steps
  std::map<Sequence, Held> history;  // what it showed at each version

  std::vector<EntryPtr> model(const Rows& rows, const Declaration& declaration) const {
    std::vector<EntryPtr> entries;
    for (const auto& [row_id, row] : rows) {
      const bool tagged = std::all_of(tags.begin(), tags.end(), [&row = row](const std::string& tag) {
        return std::find(row.tags.begin(), row.tags.end(), tag) != row.tags.end();
      });
      if ((author && row.author != *author) || (owner && row.author != *owner) || (key && row_id != *key) || !tagged)
        continue;
      entries.push_back(test::entry_of(declaration, row));
    }
    std::sort(entries.begin(), entries.end(), ByOrder());
    if (limit && entries.size() > *limit) entries.resize(*limit);
    return entries;
  }
};

class StoreModel : public ::testing::Test {
 protected:
  StoreModel()
      : visitor_(
            store_.attach(io_.get_executor(), [this](const ReleasePtr& release) { releases_.push_back(release); })) {}

  WindowSpec spec_of(const Watched& watched) const {
    WindowSpec spec;
    spec.resource = "rows";
    spec.limit = watched.limit;
    const auto image = [&](std::size_t column, const std::string& text) {
      return *declaration_->columns[column].image_of_parameter(text);
    };
    if (watched.key) spec.key = std::to_string(*watched.key);
    if (watched.author) spec.filters["author"] = {image(2, std::to_string(*watched.author))};
    if (watched.owner) spec.owner = image(2, std::to_string(*watched.owner));
    for (const auto& tag : watched.tags) spec.filters["tags"].insert(image(3, tag));
    return spec;
  }

  void watch(const std::string& name, Watched watched) {
    watched.name = name;
    watched.spec = spec_of(watched);
    const auto opened = store_.open(watched.spec, declaration_->revision, 0);
    ASSERT_NE(opened.id, 0U) << name;
    watched.id = opened.id;
    watched.reader = held(opened.contents->entries());
    watched.history[opened.at] = watched.reader;
    watched_.push_back(std::move(watched));
  }

  void apply_batch(Batch&& batch) {
    batch.snapshot = *Snapshot::parse("1:1:");
    store_.apply(std::move(batch));
    io_.restart();
    io_.poll();
  }

  ResourceBatch whole() const {
    ResourceBatch batch{declaration_, true, {}, {}};
    for (const auto& [id, row] : rows_) batch.present.push_back(test::entry_of(*declaration_, row));
    return batch;
  }

  Row random_row(int id) {
    Row row{id,
            random_() % 5 ? std::optional<int>(random_() % 6) : std::nullopt,
            static_cast<int>(random_() % 3),
            {},
            std::to_string(random_() % 3)};
    for (const auto* tag : {"a", "b", "c"}) {
      if (random_() % 2) row.tags.emplace_back(tag);
    }
    return row;
  }

  // Changes some rows and returns them as a pull would: what was touched, changed or not.
  ResourceBatch random_changes() {
    ResourceBatch batch{declaration_, false, {}, {}};
    std::map<int, bool> touched;
    for (auto count = 1 + random_() % 6; count > 0; --count) touched[static_cast<int>(random_() % 25)] = true;
    for (const auto& [id, ignored] : touched) {
      const auto what = random_() % 10;
      if (what < 3) rows_.erase(id);
      if (what >= 3 && what < 9) rows_[id] = random_row(id);
      if (rows_.contains(id)) {
        batch.present.push_back(test::entry_of(*declaration_, rows_[id]));
      } else {
        batch.absent.push_back(std::to_string(id));
      }
    }
    return batch;
  }

  void expect_exact() {
    const auto sequence = store_.figures().sequence;
    for (auto& watched : watched_) {
      SCOPED_TRACE(watched.name + " at version " + std::to_string(sequence));
      for (const auto& release : releases_) {
        for (const auto& [id, step] : release->changed) {
          if (id != watched.id) continue;
          ASSERT_FALSE(step->changes.empty());
          ASSERT_TRUE(take_in(watched.reader, step->changes));
          if (step->contents) {
            ASSERT_EQ(held(step->contents->entries()), watched.reader);
          }
        }
      }
      const auto model = watched.model(rows_, *declaration_);
      ASSERT_EQ(watched.reader, held(model));
      ASSERT_EQ(test::keys_of(store_.read("rows", watched.id)->entries()), test::keys_of(model));
      watched.history[sequence] = watched.reader;
      for (const auto& [since, shown] : watched.history) {
        const auto resumed = store_.resume("rows", watched.id, since);
        ASSERT_TRUE(resumed.known);
        Held reader = shown;
        ASSERT_TRUE(take_in(reader, resumed.missed)) << "since " << since;
        ASSERT_EQ(reader, watched.reader) << "since " << since;
      }
      if (watched.history.size() > 12) watched.history.erase(std::next(watched.history.begin(), random_() % 12));
    }
    for (int id = 0; id < 25; ++id) {
      const auto key = std::to_string(id);
      const auto entry = store_.look_up(visitor_, sequence, "rows", key);
      ASSERT_TRUE(entry);
      const auto row = rows_.find(id);
      ASSERT_EQ(row != rows_.end(), *entry != nullptr) << id;
      if (*entry) {
        ASSERT_EQ((*entry)->value(), test::entry_of(*declaration_, row->second)->value());
      }
      ASSERT_FALSE(store_.look_up(visitor_, sequence - 1, "rows", key)) << "of a version that is no more";
      ASSERT_FALSE(store_.look_up(visitor_, sequence + 1, "rows", key)) << "of a version that is not yet";
    }
    releases_.clear();
  }

  void watch_everything() {
    const auto make = [](std::optional<std::size_t> limit, std::optional<int> author, std::vector<std::string> tags) {
      Watched watched;
      watched.limit = limit;
      watched.author = author;
      watched.tags = std::move(tags);
      return watched;
    };
    watch("whole", make({}, {}, {}));
    watch("none", make(0, {}, {}));
    watch("newest", make(3, {}, {}));
    watch("more than there are", make(100, {}, {}));
    watch("of an author", make({}, 1, {}));
    watch("newest of an author", make(2, 1, {}));
    watch("tagged", make({}, {}, {"a"}));
    watch("tagged twice", make({}, {}, {"a", "b"}));
    watch("newest tagged twice of an author", make(2, 2, {"b", "c"}));
    Watched owned = make(2, {}, {"a"});
    owned.owner = 1;
    watch("of an owner", owned);
    owned.author = 2;
    watch("of an owner, by another author: nothing", owned);
    Watched single;
    single.key = 7;
    watch("one entry", single);
    single.key = 8;
    single.author = 1;
    watch("one entry, if of an author", single);
  }

  boost::asio::io_context io_;
  Store store_{io_, 64 << 20};
  Gate::Visitor& visitor_;
  DeclarationPtr declaration_ = test::row_declaration();
  std::mt19937 random_{42};
  Rows rows_;
  std::vector<ReleasePtr> releases_;
  std::vector<Watched> watched_;
};

TEST_F(StoreModel, EveryWindowIsExactAfterEveryVersion) {
  for (int id = 0; id < 15; ++id) rows_[id] = random_row(id);
  Batch first;
  first.resources.push_back(whole());
  apply_batch(std::move(first));
  releases_.clear();
  ASSERT_NO_FATAL_FAILURE(watch_everything());
  for (int turn = 0; turn < 600; ++turn) {
    Batch batch;
    if (turn % 50 == 49) {  // a reload, such as after TRUNCATE: only the differences are told
      random_changes();
      if (turn % 100 == 99) rows_.clear();
      batch.resources.push_back(whole());
    } else {
      batch.resources.push_back(random_changes());
    }
    apply_batch(std::move(batch));
    ASSERT_NO_FATAL_FAILURE(expect_exact()) << "turn " << turn;
  }
}

TEST_F(StoreModel, WindowsOpenedAndClosedInBetweenAreExactToo) {
  Batch first;
  first.resources.push_back(whole());
  apply_batch(std::move(first));
  for (int turn = 0; turn < 300; ++turn) {
    if (turn % 10 == 0) {
      for (const auto& watched : watched_) store_.close("rows", watched.id, 0);
      watched_.clear();
      EXPECT_EQ(store_.figures().windows, 0U);
      ASSERT_NO_FATAL_FAILURE(watch_everything());
    }
    Batch batch;
    batch.resources.push_back(random_changes());
    apply_batch(std::move(batch));
    ASSERT_NO_FATAL_FAILURE(expect_exact()) << "turn " << turn;
  }
}

TEST_F(StoreModel, ARedefinitionGivesOpenWindowsTheDifference) {
  for (int id = 0; id < 15; ++id) rows_[id] = random_row(id);
  Batch first;
  first.resources.push_back(whole());
  apply_batch(std::move(first));
  releases_.clear();
  ASSERT_NO_FATAL_FAILURE(watch_everything());
  declaration_ = test::row_declaration(2);
  random_changes();
  Batch batch;
  batch.resources.push_back(whole());
  apply_batch(std::move(batch));
  for (auto& watched : watched_) watched.history.clear();  // of a resource that is no more
  ASSERT_EQ(releases_.size(), 1U);
  EXPECT_TRUE(releases_[0]->ended.empty());
  expect_exact();
  EXPECT_FALSE(store_.resume("rows", watched_[0].id, 1).known);
}

TEST_F(StoreModel, ARedefinitionEndsWindowsThatWouldMeanSomethingElse) {
  const auto redefined = [&](const std::string& patch) {
    declaration_ = test::row_declaration(declaration_->revision + 1, "rows", patch);
    Batch batch;
    batch.resources.push_back(whole());
    releases_.clear();
    apply_batch(std::move(batch));
    return releases_.at(0)->ended;
  };
  redefined("{}");
  WindowSpec all, tagged;
  all.resource = tagged.resource = "rows";
  tagged.filters["tags"] = {*declaration_->columns[3].image_of_parameter("a")};
  const auto open = [&](const WindowSpec& spec) { return store_.open(spec, declaration_->revision, 0).id; };
  const std::vector<WindowId> ids{open(all), open(tagged)};

  EXPECT_TRUE(redefined(R"({"default_limit": 7})").empty());
  EXPECT_EQ(store_.open(all, declaration_->revision - 1, 0).id, 0U) << "parameters that were read by what was declared";
  EXPECT_EQ(redefined(R"({"columns": [{"name": "rank", "kind": "integer", "array": false},
                                      {"name": "id", "kind": "integer", "array": false},
                                      {"name": "author", "kind": "integer", "array": false},
                                      {"name": "tags", "kind": "text", "array": false}]})"),
            std::vector{ids[1]})
      << "its filter is of another type";
  EXPECT_EQ(redefined(R"({"owner": null})"), std::vector{ids[0]}) << "what had an owner has none";
  EXPECT_NE(open(all), 0U);
  EXPECT_EQ(redefined("{}").size(), 1U) << "what had no owner has one";
}

TEST_F(StoreModel, ARemovedResourceEndsItsWindows) {
  Batch first;
  first.resources.push_back(whole());
  apply_batch(std::move(first));
  releases_.clear();
  ASSERT_NO_FATAL_FAILURE(watch_everything());
  Batch batch;
  batch.unpublished.push_back("rows");
  apply_batch(std::move(batch));
  ASSERT_EQ(releases_.size(), 1U);
  EXPECT_EQ(releases_[0]->ended.size(), watched_.size());
  EXPECT_EQ(store_.open(watched_[0].spec, 1, 0).id, 0U);
  EXPECT_EQ(store_.read("rows", watched_[0].id), nullptr);
  EXPECT_EQ(store_.figures().windows, 0U);
}

TEST_F(StoreModel, ABatchThatChangesNothingIsNoVersionButMovesTheSnapshot) {
  rows_[1] = random_row(1);
  Batch first;
  first.resources.push_back(whole());
  apply_batch(std::move(first));
  const auto sequence = store_.figures().sequence;
  Batch same;
  same.resources.push_back(whole());
  same.snapshot = *Snapshot::parse("9:9:");
  store_.apply(std::move(same));
  io_.restart();
  io_.poll();
  EXPECT_EQ(store_.figures().sequence, sequence);
  EXPECT_TRUE(releases_.back()->applied->sees(8));
  EXPECT_TRUE(releases_.back()->changed.empty());
}

TEST_F(StoreModel, OneWindowForEqualParametersHeldByEveryThread) {
  Batch first;
  first.resources.push_back(whole());
  apply_batch(std::move(first));
  WindowSpec spec;
  spec.resource = "rows";
  const auto one = store_.open(spec, 1, 0), two = store_.open(spec, 1, 3);
  EXPECT_EQ(one.id, two.id);
  EXPECT_EQ(one.contents, two.contents);
  store_.close("rows", one.id, 0);
  EXPECT_NE(store_.read("rows", one.id), nullptr) << "another thread has it open";
  store_.close("rows", one.id, 3);
  EXPECT_EQ(store_.read("rows", one.id), nullptr);
}

}  // namespace
}  // namespace edge
