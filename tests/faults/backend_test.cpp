// The edge's backends terminated, again and again (15 times; 200 with EDGE_TEST_FULL=1), while it is written.
#include "tests/faults/bank_test.hpp"

namespace suite::test {
namespace {

class Backend : public BankTest {
 protected:
  void terminate_again_and_again(const std::string& kind) {
    follow();
    const auto writer = transfers();
    const auto before = database().admin("SELECT count(*) FROM " + edge_backends("%"));
    for (int turn = 1, turns = scaled(15, 200); turn <= turns; ++turn) {
      ASSERT_TRUE(writer->goes_on(turn % 7));
      const auto cut = database().admin("SELECT count(pg_terminate_backend(pid)) FROM " + edge_backends(kind));
      ASSERT_EQ(cut, "1");
      ASSERT_TRUE(edge().process().logs("upstream_lost", static_cast<std::size_t>(turn)));
      ASSERT_TRUE(edge().process().logs("upstream_connected", static_cast<std::size_t>(turn) + 1));
    }
    EXPECT_TRUE(stopped_unrefused(*writer));
    expect_exact();
    EXPECT_TRUE(eventually([&] { return database().admin("SELECT count(*) FROM " + edge_backends("%")) == before; }))
        << "backends were left behind";
  }
};

TEST_F(Backend, TheListenersTerminatedAgainAndAgain) { terminate_again_and_again("listen"); }

TEST_F(Backend, ThePullersTerminatedAgainAndAgain) { terminate_again_and_again("pull"); }

}  // namespace
}  // namespace suite::test
