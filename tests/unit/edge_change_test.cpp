#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "edge_service/src/change.hpp"
#include "edge_service/src/history.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

using test::entry_of;
using test::Row;

// What a reader holds: key → value.
using Held = std::map<std::string, std::string>;

Held held(const std::vector<EntryPtr>& entries) {
  Held made;
  for (const auto& entry : entries) made.emplace(entry->key(), entry->value());
  return made;
}

void take_in(Held& reader, const Changes& changes) {
  for (const auto& change : changes) {
    if (change.after) {
      reader[std::string(change.after->key())] = change.after->value();
    } else {
      reader.erase(std::string(change.before->key()));
    }
  }
}

// A random state that shares entries with `from`, in the resource's order.
std::vector<EntryPtr> state_after(const std::vector<EntryPtr>& from, std::mt19937& random) {
  static const auto declaration = test::row_declaration();
  std::map<std::string, EntryPtr> by_key;
  for (const auto& entry : from) by_key.emplace(entry->key(), entry);
  for (auto turn = random() % 6; turn > 0; --turn) {
    const Row row{static_cast<int>(random() % 8), static_cast<int>(random() % 3), 0, {}, std::to_string(random() % 3)};
    if (random() % 3 == 0) {
      by_key.erase(row.key());
    } else {
      by_key[row.key()] = entry_of(*declaration, row);
    }
  }
  std::vector<EntryPtr> entries;
  for (const auto& [key, entry] : by_key) entries.push_back(entry);
  std::sort(entries.begin(), entries.end(), ByOrder());
  return entries;
}

TEST(Difference, LeadsFromOneStateToTheOtherAndIsMinimal) {
  std::mt19937 random(20261122);
  std::vector<EntryPtr> before;
  for (int turn = 0; turn < 5000; ++turn) {
    const auto after = state_after(before, random);
    const auto changes = difference(before, after);
    Held reader = held(before);
    take_in(reader, changes);
    ASSERT_EQ(reader, held(after)) << "turn " << turn;
    bool removals = false;
    for (const auto& change : changes) {
      ASSERT_TRUE(change.real());
      const std::string key(change.either().key());
      ASSERT_EQ(change.before != nullptr, held(before).contains(key));
      ASSERT_EQ(change.after != nullptr, held(after).contains(key));
      ASSERT_FALSE(removals && change.after) << "those present come first";
      removals = !change.after;
    }
    before = after;
  }
}

TEST(Folded, IsTheDifferenceOfItsEnds) {
  std::mt19937 random(7);
  for (int turn = 0; turn < 2000; ++turn) {
    std::vector<std::vector<EntryPtr>> states{state_after({}, random)};
    std::vector<Changes> steps;
    for (auto count = random() % 5; count > 0; --count) {
      states.push_back(state_after(states.back(), random));
      steps.push_back(difference(states[states.size() - 2], states.back()));
    }
    std::vector<const Changes*> pointers;
    for (const auto& step : steps) pointers.push_back(&step);
    const auto fold = folded(pointers);
    Held reader = held(states.front());
    take_in(reader, fold);
    ASSERT_EQ(reader, held(states.back())) << "turn " << turn;
    ASSERT_EQ(fold.size(), difference(states.front(), states.back()).size()) << "nothing that ended as it began";
  }
}

TEST(History, TellsExactlyWhatHappenedSince) {
  const auto declaration = test::row_declaration();
  History history(1 << 20);
  const auto one = entry_of(*declaration, {1, 1, 0, {}, "a"}), two = entry_of(*declaration, {1, 1, 0, {}, "b"});
  history.forget("rows", 1);
  history.append(2, "rows", {{nullptr, one}});
  history.append(3, "others", {{nullptr, one}});
  history.append(4, "rows", {{one, two}});
  EXPECT_FALSE(history.since(0, "rows")) << "before the resource was defined";
  ASSERT_TRUE(history.since(1, "rows"));
  EXPECT_EQ(history.since(1, "rows")->size(), 1U);
  EXPECT_EQ(history.since(1, "rows")->front().before, nullptr);
  EXPECT_EQ(history.since(3, "rows")->front().before, one);
  EXPECT_TRUE(history.since(4, "rows")->empty());
  history.forget("rows", 5);
  EXPECT_FALSE(history.since(4, "rows"));
  EXPECT_TRUE(history.since(5, "rows")->empty());
}

TEST(History, IsBoundedAndSaysWhatItForgot) {
  const auto declaration = test::row_declaration();
  History history(20'000);
  history.forget("quiet", 1);
  history.append(2, "quiet", {{nullptr, entry_of(*declaration, {1})}});
  EntryPtr last = entry_of(*declaration, {1, 1, 0, {}, "0"});
  Sequence at = 3;
  for (; at < 200; ++at) {
    auto next = entry_of(*declaration, {1, 1, 0, {}, std::string(500, 'x') + std::to_string(at)});
    history.append(at, "rows", {{last, next}});
    last = next;
    ASSERT_LE(history.bytes(), 20'000U);
  }
  EXPECT_FALSE(history.since(3, "rows")) << "gone, and known to be gone";
  ASSERT_TRUE(history.since(at - 2, "rows"));
  EXPECT_EQ(history.since(at - 2, "rows")->front().after, last);
  EXPECT_FALSE(history.since(1, "quiet"));
  EXPECT_TRUE(history.since(2, "quiet")->empty()) << "nothing has happened to it since";
}

}  // namespace
}  // namespace edge
