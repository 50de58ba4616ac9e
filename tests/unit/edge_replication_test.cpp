// What nodes say to each other, read back; what is broken on the way; what a log still has.
#include <gtest/gtest.h>

#include "edge_service/src/replication_log.hpp"
#include "edge_service/src/replication_records.hpp"
#include "edge_service/src/store.hpp"
#include "tests/unit/edge_rows.hpp"

namespace edge {
namespace {

using replication::BadRecord;
using replication::Record;
using replication::RecordKind;
using replication::RecordReader;

std::vector<Record> records_of(const std::string& bytes, std::size_t step = 1 << 20) {
  RecordReader reader(replication::kLongestDown);
  std::vector<Record> records;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    reader.append(std::string_view(bytes).substr(at, step));
    while (auto record = reader.next()) records.push_back(std::move(*record));
  }
  return records;
}

ResourceBatch batch_of(int first, int count, bool whole, const std::string& text = "text") {
  ResourceBatch batch;
  batch.declaration = test::row_declaration();
  batch.whole = whole;
  for (int id = first; id < first + count; ++id) {
    test::Row row;
    row.id = id;
    row.rank = id % 7;
    row.author = id % 3;
    row.tags = {"a", "b" + std::to_string(id)};
    row.text = text;
    batch.present.push_back(test::entry_of(*batch.declaration, row));
  }
  return batch;
}

std::string parts_of(const std::vector<ResourceBatch>& resources) {
  replication::Parts parts(resources);
  std::string bytes;
  while (parts.append_next(bytes)) {
  }
  return bytes;
}

void expect_same(const std::vector<ResourceBatch>& read, const std::vector<ResourceBatch>& sent) {
  ASSERT_EQ(read.size(), sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) {
    EXPECT_EQ(read[i].declaration->name, sent[i].declaration->name);
    EXPECT_EQ(read[i].whole, sent[i].whole);
    EXPECT_EQ(read[i].absent, sent[i].absent);
    ASSERT_EQ(read[i].present.size(), sent[i].present.size());
    for (std::size_t n = 0; n < sent[i].present.size(); ++n) {
      EXPECT_TRUE(read[i].present[n]->same_as(*sent[i].present[n]));
    }
  }
}

const replication::Known kKnown = [](const std::string&) { return test::row_declaration(); };

TEST(Replication, PartsAreReadAsTheyWereSentHoweverTheBytesCome) {
  std::vector<ResourceBatch> sent;
  sent.push_back(batch_of(1, 4000, true, std::string(300, 'x')));  // several parts
  sent.push_back(batch_of(1, 3, false));
  sent.back().declaration = test::row_declaration(1, "others");
  sent.back().absent = {"7", "\"8\""};
  const std::string bytes = parts_of(sent);
  for (const std::size_t step : {std::size_t{1} << 20, std::size_t{1000}, std::size_t{7}}) {
    std::vector<ResourceBatch> read;
    const auto records = records_of(bytes, step);
    EXPECT_GT(records.size(), 3U);
    for (const auto& record : records) {
      EXPECT_EQ(record.kind, RecordKind::part);
      replication::read_part(
          record.payload, [](const std::string& name) { return test::row_declaration(1, name); }, read);
    }
    expect_same(read, sent);
  }
  EXPECT_LT(bytes.size(), 4000U * 300U) << "what repeats is sent once";
}

TEST(Replication, AnEmptyResourceIsTold) {
  const std::vector<ResourceBatch> sent{batch_of(1, 0, true)};
  std::vector<ResourceBatch> read;
  for (const auto& record : records_of(parts_of(sent))) replication::read_part(record.payload, kKnown, read);
  expect_same(read, sent);
}

TEST(Replication, MessagesAreReadAsTheyWereSent) {
  const auto hello = records_of(replication::encoded(replication::Hello{"north", {1, ~std::uint64_t{0}}}));
  ASSERT_EQ(hello.size(), 1U);
  EXPECT_EQ(replication::read_hello(hello[0].payload).node, "north");
  EXPECT_EQ(replication::read_hello(hello[0].payload).path, (std::vector<std::uint64_t>{1, ~std::uint64_t{0}}));

  const replication::VersionEnd end{{~std::uint64_t{0}, 12345}, "10:20:11,12", "marker", {"gone", "too"}};
  const auto read = replication::read_version(records_of(replication::encoded(end))[0].payload);
  EXPECT_EQ(read.version, end.version);
  EXPECT_EQ(read.snapshot, end.snapshot);
  EXPECT_EQ(read.marker, end.marker);
  EXPECT_EQ(read.unpublished, end.unpublished);

  replication::Mark mark;
  mark.snapshot = "10:20:";
  mark.echo = 1764000000000000;
  mark.age_us = 12;
  mark.connected = true;
  mark.with_troubles = true;
  const auto as_of = std::chrono::system_clock::now() - std::chrono::hours(1);
  mark.troubles = {{{"posts", Troubles::Kind::broken}, {"it is gone", as_of}}};
  const auto heard = replication::read_mark(records_of(replication::encoded(mark))[0].payload);
  EXPECT_EQ(heard.snapshot, mark.snapshot);
  EXPECT_EQ(heard.echo, mark.echo);
  EXPECT_EQ(heard.age_us, mark.age_us);
  EXPECT_TRUE(heard.connected);
  EXPECT_FALSE(heard.waiting);
  ASSERT_EQ(heard.troubles.size(), 1U);
  EXPECT_EQ(heard.troubles[0].first, mark.troubles[0].first);
  EXPECT_EQ(heard.troubles[0].second.reason, "it is gone");
  EXPECT_LT(std::chrono::abs(heard.troubles[0].second.fresh_as_of - as_of), std::chrono::seconds(60));
  EXPECT_EQ(replication::read_probe(records_of(replication::probe(77))[0].payload), 77U);
}

// Every shortened, and many a changed, record is refused or read as something else; none is read beyond its end.
TEST(Replication, BrokenRecordsAreRefused) {
  const auto record = records_of(parts_of({batch_of(1, 3, true)})).at(0);
  for (std::size_t size = 0; size < record.payload.size(); ++size) {
    std::vector<ResourceBatch> read;
    try {
      replication::read_part(std::string_view(record.payload).substr(0, size), kKnown, read);
      EXPECT_LT(read.empty() ? 0 : read[0].present.size(), 3U);
    } catch (const BadRecord&) {
    } catch (const std::runtime_error&) {  // a declaration cut short
    }
  }
  for (std::size_t at = 0; at < record.payload.size(); ++at) {
    std::string changed = record.payload;
    changed[at] = static_cast<char>(changed[at] ^ 0x55);
    std::vector<ResourceBatch> read;
    try {
      replication::read_part(changed, kKnown, read);
    } catch (const std::runtime_error&) {
    }
  }
  RecordReader up(replication::kLongestUp);
  up.append(std::string("\xff\xff\x00\x00\x10", 5));
  EXPECT_THROW(up.next(), BadRecord) << "a size beyond the bound";
  RecordReader packed(replication::kLongestDown);
  packed.append(std::string("\x04\x00\x00\x00\x83junk", 9));
  EXPECT_THROW(packed.next(), BadRecord) << "no zstd frame";
}

TEST(Replication, ImagesOfAnotherDeclarationAreNoEntry) {
  const auto declaration = test::row_declaration();
  const auto entry = batch_of(1, 1, true).present[0];
  EXPECT_TRUE(Entry::of_images(*declaration, entry->key(), entry->order(), entry->match(), entry->value()));
  const auto unfiltered = test::row_declaration(1, "rows", R"({"filters": [], "owner": null})");
  EXPECT_FALSE(Entry::of_images(*unfiltered, entry->key(), entry->order(), entry->match(), entry->value()));
  EXPECT_FALSE(Entry::of_images(*declaration, entry->key(), entry->order(), "", entry->value()));
}

LoggedVersionPtr logged(Sequence at, int entries = 1) {
  auto version = std::make_shared<LoggedVersion>(at, Version{1, at});
  version->snapshot = std::make_shared<const Snapshot>(*Snapshot::parse("1:2:"));
  version->resources = {batch_of(1, entries, false)};
  version->weigh();
  return version;
}

TEST(ReplicationLog, TellsWhatCameAfterOrThatItDoesNotKnow) {
  ReplicationLog log(1 << 20);
  EXPECT_TRUE(log.since(0).value().empty());
  for (Sequence at = 1; at <= 5; ++at) log.append(logged(at));
  ASSERT_EQ(log.since(2).value().size(), 3U);
  EXPECT_EQ(log.since(2)->front()->at, 3U);
  EXPECT_EQ(log.since(0)->size(), 5U);
  EXPECT_TRUE(log.since(5)->empty());
}

TEST(ReplicationLog, IsBoundedInBytes) {
  const std::size_t one = logged(1)->bytes();
  ReplicationLog log(3 * one);
  for (Sequence at = 1; at <= 10; ++at) log.append(logged(at));
  EXPECT_LE(log.bytes(), 3 * one);
  EXPECT_EQ(log.since(7).value().size(), 3U);
  EXPECT_FALSE(log.since(6));
  log.append(logged(11, 1000));  // larger than all of it
  EXPECT_LE(log.bytes(), 3 * one);
  EXPECT_FALSE(log.since(10));
  EXPECT_TRUE(log.since(11)->empty());
}

TEST(ReplicationLog, AVersionIsMadeBytesOnceAndReadBack) {
  const auto version = logged(4);
  EXPECT_EQ(version->frame().data(), version->frame().data());
  const auto records = records_of(version->frame());
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(replication::read_version(records[1].payload).version, (Version{1, 4}));
  EXPECT_TRUE(logged(1, 20000)->frame().empty()) << "so large a version is sent piece by piece";
}

// covers() against its definition, over all small snapshots.
TEST(SnapshotCovers, IsThatAllThatTheOtherSeesIsSeen) {
  std::vector<Snapshot> all;
  for (Xid xmax = 1; xmax <= 5; ++xmax) {
    for (unsigned running = 0; running < (1U << xmax); ++running) {
      std::string list;
      Xid xmin = xmax;
      for (Xid xid = xmax; xid-- > 0;) {
        if ((running >> xid & 1U) == 0) continue;
        list = std::to_string(xid) + (list.empty() ? "" : "," + list);
        xmin = xid;
      }
      all.push_back(*Snapshot::parse(std::to_string(xmin) + ":" + std::to_string(xmax) + ":" + list));
    }
  }
  for (const auto& one : all) {
    for (const auto& other : all) {
      bool covers = true;
      for (Xid xid = 0; xid < 6; ++xid) covers &= one.sees(xid) || !other.sees(xid);
      EXPECT_EQ(one.covers(other), covers) << one.text() << " and " << other.text();
    }
  }
}

// A store that is fed what another one logged shows the same, under the same names.
TEST(Replication, AStoreFollowsAnother) {
  suite::asio::io_context core;
  Store above(core, 1 << 20), below(core, 1 << 20);
  std::vector<ReleasePtr> releases;
  above.attach(core.get_executor(), [&](ReleasePtr release) { releases.push_back(std::move(release)); });
  const auto apply = [&](std::vector<ResourceBatch> resources, std::vector<std::string> unpublished = {}) {
    Batch batch;
    batch.snapshot = *Snapshot::parse("1:2:");
    batch.resources = std::move(resources);
    batch.unpublished = std::move(unpublished);
    above.apply(std::move(batch));
  };
  apply({batch_of(1, 10, true)});
  apply({batch_of(3, 2, false, "new")});
  apply({batch_of(3, 2, false, "new")});  // nothing new
  auto shorter = batch_of(1, 4, true);
  apply({shorter});
  apply({}, {"rows"});
  core.run();
  ASSERT_EQ(releases.size(), 5U);
  EXPECT_FALSE(releases[2]->logged);
  Declarations known;
  for (const auto& release : releases) {
    if (!release->logged) continue;
    Batch batch;
    for (const auto& record : records_of(release->logged->frame())) {
      if (record.kind == RecordKind::part) {
        replication::read_part(
            record.payload, [&](const std::string& name) { return known.at(name); }, batch.resources);
      } else {
        const auto end = replication::read_version(record.payload);
        batch.version = end.version;
        batch.snapshot = *Snapshot::parse(end.snapshot);
        batch.unpublished = end.unpublished;
      }
    }
    for (const auto& part : batch.resources) known[part.declaration->name] = part.declaration;
    below.apply(std::move(batch));
    if (release == releases.back()) break;
    const auto there = below.everything();
    EXPECT_EQ(there.standing->version, release->version);
  }
  EXPECT_TRUE(below.everything().resources.empty());
  EXPECT_EQ(below.everything().standing->version, above.everything().standing->version);
}

}  // namespace
}  // namespace edge
