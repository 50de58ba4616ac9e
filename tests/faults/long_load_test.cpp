// A load that takes longer than a lease may: the leases go on meanwhile, so that what was written comes by the journal
// and not by another load.
#include <thread>

#include "tests/support/edge_test.hpp"

namespace suite::test {
namespace {

class LongLoad : public EdgeTest {
 protected:
  static constexpr int kRows = 40;  // each a quarter of a second or so

  LongLoad() {
    database().sql(
        "CREATE TABLE numbers (id int PRIMARY KEY, upto int NOT NULL);"
        "INSERT INTO numbers SELECT n, 2500000 FROM generate_series(1, " +
        std::to_string(kRows) +
        ") n; CREATE VIEW sums AS SELECT id, upto, (SELECT sum(g % (id + 1)) FROM generate_series(1, upto) g) AS sum"
        " FROM numbers; SELECT edge.publish('sums', source => 'sums', key => 'id')");
  }

  bool renews() {
    return database().admin("SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name LIKE '% lease'") == "t";
  }
};

TEST_F(LongLoad, RenewsItsLeases) {
  std::jthread writer([&] {
    EXPECT_TRUE(eventually([&] { return renews(); }, std::chrono::seconds(60)));
    write("UPDATE numbers SET upto = 1 WHERE id = 1");
  });
  start_edge();
  writer.join();
  EXPECT_TRUE(edge().process().logs("leases_renewed"));
  EXPECT_TRUE(eventually([&] { return edge().get("/v1/resources/sums/1").json()["upto"] == 1; }));
  EXPECT_EQ(edge().process().count("reads_whole"), 1U);
}

}  // namespace
}  // namespace suite::test
