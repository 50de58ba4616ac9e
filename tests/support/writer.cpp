#include "tests/support/writer.hpp"

#include <stdexcept>

#include "tests/support/eventually.hpp"
#include "tests/support/test_database.hpp"

namespace suite::test {

Writer::Writer(std::string url, Turn turn, std::chrono::milliseconds pause)
    : url_(std::move(url)), turn_(std::move(turn)), pause_(pause), thread_([this] { write(); }) {}

void Writer::stop() {
  stopped_ = true;
  if (thread_.joinable()) thread_.join();
}

bool Writer::goes_on(int more) const {
  const int before = written_;
  const auto limit = std::chrono::seconds(30) + more * std::chrono::milliseconds(50);
  return eventually([&] { return written_ >= before + more; }, limit);
}

std::vector<std::string> Writer::refused() const {
  const std::lock_guard lock(mutex_);
  return refused_;
}

void Writer::write() {
  while (!stopped_) {
    try {
      Sql sql(url_);
      while (!stopped_ && sql.connected()) {
        try {
          sql(turn_(written_));
          ++written_;
        } catch (const std::runtime_error& error) {
          if (!sql.connected()) throw;
          const std::lock_guard lock(mutex_);
          refused_.emplace_back(error.what());
          sql("ROLLBACK");
        }
        std::this_thread::sleep_for(pause_);
      }
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));  // the database is away
    }
  }
}

}  // namespace suite::test
