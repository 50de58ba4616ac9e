// How soon after a write readers have its event at several places: one thread reads all streams, so there is one clock,
// and what a stream was kept waiting for it is a few microseconds.
//
//   bench_hops COUNT INTERVAL_MS URL POST STREAM…
//
// Writes the numbered titles, one every INTERVAL_MS. STREAM is the address of an event stream of that post. Prints a
// line per write, in microseconds since it was sent: answered, seen on the first stream, on the second, and so on. Exit
// code 1 where a write is not seen in 30 s.
#include <algorithm>
#include <cstdio>
#include <deque>
#include <stop_token>
#include <thread>
#include <vector>

#include "tests/bench/probe.hpp"

namespace {

using namespace bench;

constexpr std::chrono::seconds kPatience{30};

// A reader on one node, and when it saw which write. Who sees a write has seen those before it.
class Reader {
 public:
  Reader(const std::string& url, std::size_t count) : stream_(url), seen_(count) {}

  pollfd waiting() const { return {stream_.descriptor(), POLLIN, 0}; }
  void take() {
    const auto number = stream_.take();
    const auto now = Clock::now();
    for (; number && next_ <= *number && next_ < seen_.size(); ++next_) seen_[next_] = now;
  }
  std::size_t next() const { return next_; }
  Clock::time_point when(std::size_t number) const { return seen_[number]; }

 private:
  NumberedStream stream_;
  std::size_t next_ = 0;
  std::vector<Clock::time_point> seen_;
};

// Reads on until each has seen the write.
void read_until(std::deque<Reader>& readers, std::size_t number, std::chrono::milliseconds within) {
  const auto deadline = Clock::now() + within;
  const auto behind = [&](const Reader& reader) { return reader.next() <= number; };
  while (std::any_of(readers.begin(), readers.end(), behind)) {
    if (Clock::now() > deadline) throw std::runtime_error("a write was not seen within 30 s");
    std::vector<pollfd> waiting;
    for (const auto& reader : readers) waiting.push_back(reader.waiting());
    poll(waiting.data(), waiting.size(), 100);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      if (waiting[i].revents != 0) readers[i].take();
    }
  }
}

void run(std::size_t count, std::chrono::milliseconds interval, const std::string& url, const std::string& post,
         const std::vector<std::string>& streams) {
  Database writer(url);
  writer.prepare("UPDATE posts SET title = $1 WHERE id = " + post);
  std::vector<Clock::time_point> sent(count + 1), answered(count + 1);
  const auto write = [&](std::size_t number) {
    sent[number] = Clock::now();
    writer.ask(kMark + std::to_string(number) + ".");
    answered[number] = Clock::now();
  };
  std::deque<Reader> readers;
  for (const auto& stream : streams) readers.emplace_back(stream, count + 1);
  write(0);
  read_until(readers, 0, kPatience);  // so that none misses what comes after

  std::exception_ptr failed;
  std::jthread writing([&](const std::stop_token& stop) {
    try {
      auto next = Clock::now();
      for (std::size_t number = 1; number <= count && !stop.stop_requested(); ++number) {
        std::this_thread::sleep_until(next += interval);
        write(number);
      }
    } catch (const std::exception&) {
      failed = std::current_exception();
    }
  });
  read_until(readers, count, count * interval + kPatience);
  writing.join();
  if (failed) std::rethrow_exception(failed);
  for (std::size_t number = 1; number <= count; ++number) {
    const auto print = [&](Clock::time_point moment) {
      std::printf(" %.0f", std::chrono::duration<double, std::micro>(moment - sent[number]).count());
    };
    print(answered[number]);
    for (const auto& reader : readers) print(reader.when(number));
    std::printf("\n");
  }
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() < 5) {
    std::fprintf(stderr, "usage: bench_hops COUNT INTERVAL_MS URL POST STREAM...\n");
    return 2;
  }
  try {
    run(std::stoul(arguments[0]), std::chrono::milliseconds(std::stoi(arguments[1])), arguments[2], arguments[3],
        {arguments.begin() + 4, arguments.end()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_hops: %s\n", error.what());
    return 1;
  }
}
