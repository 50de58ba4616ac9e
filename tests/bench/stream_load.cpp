// The load of the fan-out benchmark: one thread that holds any number of event streams open, publishes changes, and
// tells how old each was when it was read. One process and one clock for both ends.
//
//   bench_stream_load --streams 1000 --url http://127.0.0.1:8080/… --publish http://127.0.0.1:8081/… --body '…{stamp}…'
//
// Opens the streams and says "open"; at a line on standard input it publishes, and prints what it found as one line of
// JSON; with slow subscribers, at another line, it lets them read on and prints another. Ends with its input.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "tests/bench/publisher.hpp"
#include "tests/bench/subscriber.hpp"

namespace {

using namespace bench;

constexpr std::size_t kOpening = 128;  // streams that have been asked for and not begun: no server's backlog overflows
constexpr std::size_t kPerHost = 5000;
constexpr std::int64_t kSecond = 1'000'000'000;

struct Options {
  std::size_t streams = 100, slow = 0;
  std::string url;
  Publication publication{"POST", "", "application/json", "", 5, 50, 1};
  std::uint64_t uncounted = 0;
  int patience_s = 10;
  bool spin = false;
};

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

class Load {
 public:
  explicit Load(const Options& options)
      : options_(options), address_(options.url), publisher_(poll_, options.publication), tally_(publisher_.sent()) {
    tally_.uncounted = options.uncounted;
  }

  void open() {
    const auto deadline = now_ns() + 60 * kSecond;
    for (std::size_t begun = 0; begun < options_.streams;) {
      while (subscribers_.size() < options_.streams && subscribers_.size() - begun < kOpening) {
        const auto i = subscribers_.size();
        const auto host = static_cast<std::uint32_t>(2 + i / kPerHost);
        subscribers_.push_back(std::make_unique<Subscriber>(poll_, address_, host, i < options_.slow, tally_));
      }
      poll_.run(kSecond, [] {});
      begun = tally_.open;
      if (now_ns() > deadline) throw std::runtime_error(std::to_string(begun) + " streams begun after a minute");
    }
  }

  void publish() {
    const auto cpu = cpu_seconds();
    tally_.since = now_ns();
    publisher_.begin();
    const auto& [count, rate] = std::pair(options_.publication.count, options_.publication.rate);
    const auto planned = static_cast<std::int64_t>(1e9 * static_cast<double>(count) / rate);
    const auto patience = kSecond * options_.patience_s;
    run_until([&] { return publisher_.all_answered(); }, planned + patience / 2);
    publisher_.stop();
    run_until([&] { return all_exact(options_.slow); }, patience);
    seconds_ = static_cast<double>(std::max(tally_.last_at, tally_.sent.back()) - tally_.sent.front()) / 1e9 + 1 / rate;
    cpu_ = (cpu_seconds() - cpu) / (static_cast<double>(now_ns() - tally_.since) / 1e9);
  }

  void print() const {
    const auto delays = [](const char* name, const Histogram& delays_of) {
      std::printf("\"%s\": {\"count\": %llu, \"p50\": %.4f, \"p99\": %.4f, \"max\": %.4f}, ", name,
                  static_cast<unsigned long long>(delays_of.count()), delays_of.percentile_ms(0.5),
                  delays_of.percentile_ms(0.99), delays_of.max_ms());
    };
    std::printf("{");
    delays("events_ms", tally_.event_delays);
    delays("changes_ms", tally_.change_delays);
    delays("late_ms", publisher_.lateness());
    const auto [fewest, most] = events_of_each();
    std::printf(
        "\"events\": %zu, \"bytes\": %zu, \"seconds\": %.4f, \"changes\": %zu, \"fewest\": %zu, \"most\": %zu, "
        "\"behind\": %zu, \"lost\": %zu, \"cpu\": %.3f}\n",
        tally_.events, tally_.bytes, seconds_, tally_.sent.size(), fewest, most,
        count([&](const Subscriber& subscriber) { return !subscriber.slow() && !exact(subscriber); }),
        count([](const Subscriber& subscriber) { return subscriber.lost(); }), cpu_);
    std::fflush(stdout);
  }

  // Of each slow subscriber: events until now and after, how many changes it never saw, and the events from there on.
  void read_on() {
    std::vector<std::uint64_t> before;
    for (std::size_t i = 0; i < options_.slow; ++i) before.push_back(subscribers_[i]->events());
    for (std::size_t i = 0; i < options_.slow; ++i) subscribers_[i]->read_on();
    behind_ = 0;
    run_until([&] { return all_exact(0); }, kSecond * options_.patience_s);
    std::printf("[");
    for (std::size_t i = 0; i < options_.slow; ++i) {
      const auto& slow = *subscribers_[i];
      std::printf(
          "%s{\"before\": %zu, \"after\": %zu, \"leap\": %zu, \"since_leap\": %zu, \"exact\": %s, \"lost\": %s}",
          i == 0 ? "" : ", ", before[i], slow.events() - before[i], slow.leap(), slow.events_since_leap(),
          exact(slow) ? "true" : "false", slow.lost() ? "true" : "false");
    }
    std::printf("]\n");
    std::fflush(stdout);
  }

 private:
  template <typename Over>
  void run_until(const Over& over, std::int64_t patience) {
    const auto deadline = now_ns() + patience;
    for (auto now = now_ns(); !over() && now < deadline; now = now_ns()) {
      const auto next = publisher_.all_sent() ? now + kSecond / 10 : publisher_.due();
      const auto patience_ns = options_.spin ? 0 : std::clamp<std::int64_t>(next - now, 0, kSecond / 10);
      poll_.run(patience_ns, [&] { publisher_.send_what_is_due(now_ns()); });
      publisher_.send_what_is_due(now_ns());
      trickle(now);
    }
  }

  // Every other slow subscriber reads a byte a second.
  void trickle(std::int64_t now) {
    if (now < next_trickle_) return;
    next_trickle_ = now + kSecond;
    for (std::size_t i = 0; i < options_.slow; i += 2) {
      if (subscribers_[i]->slow()) subscribers_[i]->read_one_byte();
    }
  }

  template <typename What>
  std::size_t count(const What& what) const {
    return static_cast<std::size_t>(std::count_if(subscribers_.begin(), subscribers_.end(),
                                                  [&](const auto& subscriber) { return what(*subscriber); }));
  }
  bool exact(const Subscriber& subscriber) const { return subscriber.last() == tally_.sent.size(); }
  // From that subscriber on; asked again and again, it goes on where it found one behind.
  bool all_exact(std::size_t first) {
    behind_ = std::max(behind_, first);
    while (behind_ < subscribers_.size() && exact(*subscribers_[behind_])) ++behind_;
    return behind_ == subscribers_.size();
  }
  std::pair<std::size_t, std::size_t> events_of_each() const {
    std::vector<std::size_t> events;
    for (std::size_t i = options_.slow; i < subscribers_.size(); ++i) events.push_back(subscribers_[i]->events());
    const auto [fewest, most] = std::minmax_element(events.begin(), events.end());
    return {*fewest, *most};
  }

  const Options& options_;
  const Address address_;
  Poll poll_;
  Publisher publisher_;
  Tally tally_;
  std::vector<std::unique_ptr<Subscriber>> subscribers_;  // the slow ones first
  std::size_t behind_ = 0;                                // who was found to be so last
  std::int64_t next_trickle_ = 0;
  double seconds_ = 0, cpu_ = 0;
};

void run(const Options& options) {
  const rlim_t needed = options.streams + options.publication.connections + 100;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = std::max(limit.rlim_cur, needed);
  limit.rlim_max = std::max(limit.rlim_max, needed);
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) throw failure("as many open files are not allowed");

  const auto load = std::make_unique<Load>(options);
  load->open();
  std::puts("open");
  std::fflush(stdout);
  std::string line;
  if (!std::getline(std::cin, line)) return;
  load->publish();
  load->print();
  if (options.slow > 0 && std::getline(std::cin, line)) load->read_on();
  while (std::getline(std::cin, line)) {
  }
}

}  // namespace

int main(int count, char** words) {
  Options options;
  auto& publication = options.publication;
  CLI::App app("Holds event streams open, publishes to them, and tells how late events are.", "bench_stream_load");
  app.add_option("--streams", options.streams, "how many, the slow ones included");
  app.add_option("--slow", options.slow, "how many of them read a byte a second or, every other one, nothing");
  app.add_option("--url", options.url, "of the streams")->required();
  app.add_option("--publish", publication.url, "where changes are sent to")->required();
  app.add_option("--method", publication.method, "of such a request");
  app.add_option("--type", publication.type, "its content type");
  app.add_option("--body", publication.body, "its body, with {stamp} where the change's stamp is to be")->required();
  app.add_option("--rate", publication.rate, "changes per second");
  app.add_option("--count", publication.count, "changes");
  app.add_option("--publishers", publication.connections, "connections to publish on");
  app.add_option("--uncounted", options.uncounted, "changes at the beginning whose delays do not count");
  app.add_option("--patience", options.patience_s, "seconds to wait for the last change");
  app.add_flag("--spin", options.spin, "never sleep, so that no server pays for waking its readers");
  CLI11_PARSE(app, count, words);
  try {
    run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_stream_load: %s\n", error.what());
    return 1;
  }
}
