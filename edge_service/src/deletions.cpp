#include "edge_service/src/deletions.hpp"

#include <nlohmann/json.hpp>

#include "common/log.hpp"

namespace edge {

namespace asio = suite::asio;
using namespace std::chrono_literals;

DeclarationPtr Deletions::declaration() {
  const nlohmann::json json{{"name", kInput},
                            {"revision", 0},
                            {"view", nullptr},
                            {"key", {"key"}},
                            {"columns", nlohmann::json::array()},
                            {"sort", nlohmann::json::array()},
                            {"filters", nlohmann::json::array()},
                            {"load", nullptr},
                            {"input", {{"ttl_s", std::chrono::seconds(StreamIds::kLife).count()}}}};
  return Declaration::parse(json.dump());
}

Deletions::Deletions(Store& store, StreamIds& ids, InputWriter& inputs, EndStreams end_streams)
    : store_(store), ids_(ids), inputs_(inputs), end_streams_(std::move(end_streams)) {
  store_.watch(kInput, [this](const Changes& changes) { take(changes); });
}

void Deletions::take(const Changes& changes) {
  for (const auto& change : changes) {
    if (!change.after) {
      behind_ = true;  // another leader, which may not know
      continue;
    }
    const auto nonce = nlohmann::json::parse(change.after->key()).get<std::string>();
    if (ids_.note_deleted(nonce, std::chrono::system_clock::now())) end_streams_(nonce);
  }
}

// JSON texts of the nonces that the leader does not know.
std::vector<std::string> Deletions::missing() const {
  std::vector<std::string> keys;
  for (const auto& nonce : ids_.deleted(std::chrono::system_clock::now())) {
    std::string key = nlohmann::json(nonce).dump();
    if (!store_.find(kInput, key)) keys.push_back(std::move(key));
    if (keys.size() == kAtOnce) break;
  }
  return keys;
}

asio::awaitable<void> Deletions::run() {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (;;) {
    timer.expires_after(100ms);
    co_await timer.async_wait(suite::kTuple);
    if (!behind_.exchange(false)) continue;
    const auto keys = missing();
    if (keys.empty()) continue;
    std::string body;
    for (const auto& key : keys) body.append(body.empty() ? "[[" : ",[").append(key).append(",[true]]");
    const auto written = co_await inputs_.write(kInput, body + "]");
    behind_ = true;  // to look again: there may be more
    if (written) continue;
    suite::log::info("deletions_not_told", {{"count", keys.size()}, {"error", written.error().message}});
    timer.expires_after(1s);
    co_await timer.async_wait(suite::kTuple);
  }
}

}  // namespace edge
