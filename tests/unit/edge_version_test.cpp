#include <gtest/gtest.h>

#include "edge_service/src/snapshot.hpp"
#include "edge_service/src/version.hpp"

namespace edge {
namespace {

TEST(Snapshot, SeesWhatHadEnded) {
  const auto snapshot = Snapshot::parse("100:110:102,105");
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->text(), "100:110:102,105");
  for (const Xid seen : {3, 99, 100, 101, 103, 104, 109}) EXPECT_TRUE(snapshot->sees(seen)) << seen;
  for (const Xid running : {102, 105, 110, 111, 4000}) EXPECT_FALSE(snapshot->sees(running)) << running;
}

TEST(Snapshot, HoldsXidsBeyond32Bits) {
  const auto snapshot = Snapshot::parse("5000000000:5000000002:");
  ASSERT_TRUE(snapshot);
  EXPECT_TRUE(snapshot->sees(5000000001));
  EXPECT_FALSE(snapshot->sees(5000000002));
}

TEST(Snapshot, RefusesWhatIsNone) {
  for (const auto* text : {"", "1", "1:2", "1:2:x", "a:b:c", "1:2:3 4", ":2:", "1::"}) {
    EXPECT_FALSE(Snapshot::parse(text)) << text;
  }
}

TEST(Token, IsADecimalXid) {
  EXPECT_EQ(parse_token("742"), 742U);
  EXPECT_EQ(parse_token("18446744073709551615"), 18446744073709551615U);
  for (const auto* text :
       {"", "-1", "+1", " 1", "1 ", "0x10", "1.0", "18446744073709551616", "999999999999999999999"}) {
    EXPECT_FALSE(parse_token(text)) << text;
  }
}

TEST(VersionId, IsReadBackByItsWindowOnly) {
  const Version version{0xfedcba9876543210, 42};
  const auto id = version_id(version, 7);
  EXPECT_EQ(parse_version_id(id, 7), version);
  EXPECT_FALSE(parse_version_id(id, 8));
}

TEST(VersionId, AnythingElseIsNone) {
  const auto good = version_id({1, 2}, 3);
  for (const std::string& id :
       {std::string(), std::string("."), std::string(".."), std::string("1.2"), good + "x", "x" + good,
        good.substr(1) + ".1", std::string(100, '1'), std::string("1.-2.3"), std::string("g.2.3")}) {
    EXPECT_FALSE(parse_version_id(id, 3)) << id;
  }
}

TEST(VersionLog, FindsWhatItHasShown) {
  VersionLog log;
  EXPECT_EQ(log.newest(), 0U);
  EXPECT_FALSE(log.find({1, 1}));
  EXPECT_EQ(log.append({1, 10}), 1U);
  EXPECT_EQ(log.append({1, 11}), 2U);
  EXPECT_EQ(log.append({2, 1}), 3U);  // another leader
  EXPECT_EQ(log.append({2, 5}), 4U);  // versions were left out between
  EXPECT_EQ(log.current(), (Version{2, 5}));
  EXPECT_EQ(log.find({1, 10}), 1U);
  EXPECT_EQ(log.find({1, 11}), 2U);
  EXPECT_EQ(log.find({2, 1}), 3U);
  EXPECT_EQ(log.find({2, 5}), 4U);
  for (const Version unknown : {Version{1, 9}, Version{1, 12}, Version{2, 2}, Version{2, 6}, Version{3, 1}}) {
    EXPECT_FALSE(log.find(unknown)) << unknown.lineage << " " << unknown.number;
  }
}

TEST(VersionLog, TellsWhatIsOlderFromWhatMayBeNewer) {
  VersionLog log;
  EXPECT_FALSE(log.passed({1, 1}));
  for (const Version shown : {Version{1, 10}, Version{1, 11}, Version{2, 1}, Version{2, 5}, Version{1, 20}}) {
    log.append(shown);
  }
  for (const Version older : {Version{1, 3}, Version{1, 11}, Version{1, 15}, Version{1, 20}, Version{2, 2}}) {
    EXPECT_TRUE(log.passed(older)) << older.lineage << "." << older.number;
  }
  for (const Version unmet : {Version{1, 21}, Version{2, 6}, Version{3, 1}}) {
    EXPECT_FALSE(log.passed(unmet)) << unmet.lineage << "." << unmet.number;
  }
}

TEST(VersionLog, ForgetsTheOldestRunsAndStaysBounded) {
  VersionLog log;
  for (Lineage lineage = 1; lineage <= 200; ++lineage) log.append({lineage, 1});
  EXPECT_FALSE(log.find({1, 1})) << "so many leaders ago: an init";
  EXPECT_EQ(log.find({200, 1}), 200U);
}

}  // namespace
}  // namespace edge
