// Partitions created, attached, detached and written to directly, while the published table is written.
#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class Partition : public BankTest {
 protected:
  Partition() {
    database().sql(
        "CREATE TABLE measures (id int, region text, value int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);"
        "CREATE TABLE measures_north PARTITION OF measures FOR VALUES IN ('north');"
        "CREATE VIEW readings AS SELECT id, region, value FROM measures;"
        "INSERT INTO measures SELECT n, 'north', 0 FROM generate_series(1, 10) n;"
        "SELECT edge.publish('readings', source => 'readings', key => 'id', sort => 'id')");
    follow();
    readings_ = whole("readings");
    writer_ = std::make_unique<Writer>(database().url("blog_owner"), [](int n) {
      return "UPDATE measures SET value = value + 1 WHERE id = " + std::to_string(1 + n % 10);
    });
  }

  // What is done shows, whether it is handled or read anew from time to time.
  void expect_shown() {
    ASSERT_TRUE(writer_->goes_on(5));
    // The writer changes the table all the time: what it does not touch is compared.
    const std::string theirs = "WHERE id > 10";
    EXPECT_TRUE(eventually(
        [&] {
          auto shown = readings_->fold();
          std::erase_if(shown, [](const auto& entry) { return std::stoi(entry.first) <= 10; });
          return shown == database().view("readings", theirs);
        },
        std::chrono::seconds(30)));
  }

  void does(const std::string& statements) {
    if (HasFailure()) return;
    SCOPED_TRACE(statements);
    ASSERT_NO_THROW(database().sql("SET lock_timeout = '10s';" + statements));
    expect_shown();
  }

  std::unique_ptr<SseClient> readings_;
  std::unique_ptr<Writer> writer_;
};

TEST_F(Partition, ComeAndGo) {
  does("CREATE TABLE measures_south PARTITION OF measures FOR VALUES IN ('south')");
  does("INSERT INTO measures VALUES (11, 'south', 1)");
  does("INSERT INTO measures_south SELECT n, 'south', 1 FROM generate_series(12, 15) n");
  does("UPDATE measures_south SET value = 2 WHERE id = 12; DELETE FROM measures_south WHERE id = 13");
  does("UPDATE measures SET region = 'north' WHERE id = 14");
  does(
      "CREATE TABLE measures_east (LIKE measures INCLUDING ALL);"
      "INSERT INTO measures_east SELECT n, 'east', 5 FROM generate_series(21, 25) n");
  does("ALTER TABLE measures ATTACH PARTITION measures_east FOR VALUES IN ('east')");
  does("UPDATE measures_east SET value = 6");
  does("SELECT edge.renew()");
  does("UPDATE measures_east SET value = 7; INSERT INTO measures_south VALUES (31, 'south', 8)");
  does("ALTER TABLE measures DETACH PARTITION measures_east");
  does("UPDATE measures_east SET value = 8");
  does("ALTER TABLE measures ATTACH PARTITION measures_east FOR VALUES IN ('east')");
  does("TRUNCATE measures_east");
  does("DROP TABLE measures_south");
  does("SELECT edge.renew()");
  does("INSERT INTO measures_east VALUES (41, 'east', 1)");
  writer_->stop();
  EXPECT_TRUE(writer_->refused().empty()) << writer_->refused().front();
  EXPECT_TRUE(shows(*readings_, "readings"));
  EXPECT_TRUE(told_truly(*readings_));
  EXPECT_EQ(edge().readyz().value("troubles", nlohmann::json::array()).size(), 0U) << edge().readyz();
  expect_exact();
}

}  // namespace
}  // namespace suite::test
