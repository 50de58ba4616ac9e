// How long after a write its reader has the entry: an edge's event stream, and the floor, LISTEN and one SELECT. Writer
// and readers are this one process with one clock, and both write alike, so that the two can be compared.
//
//   bench_latency COUNT INTERVAL_MS (edge URL POST STREAM | floor URL POST)…
//
// STREAM is the address of an event stream of that post. Each course in turn gets the next numbered write, one every
// INTERVAL_MS. Prints a line per write, in microseconds: course, sent → seen, answered → seen. Exit code 1 where a write
// was not seen within 30 s.
#include <condition_variable>
#include <cstdio>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/bench/probe.hpp"

namespace {

using namespace bench;

// When which write was seen. Who sees a write has seen those before it.
class Sightings {
 public:
  explicit Sightings(std::size_t count) : seen_(count) {}

  void saw(std::size_t number) {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    for (; next_ <= number && next_ < seen_.size(); ++next_) seen_[next_] = now;
    more_.notify_all();
  }

  bool wait_for(std::size_t number) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, std::chrono::seconds(30), [&] { return next_ > number; });
  }

  Clock::time_point when(std::size_t number) const { return seen_[number]; }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::size_t next_ = 0;
  std::vector<Clock::time_point> seen_;
};

// One way from a writer to a reader, who has a thread of its own.
class Course {
 public:
  using Reader = std::function<void(const std::stop_token&, Sightings&)>;

  Course(std::string name, const std::string& url, const std::string& post, std::size_t count)
      : name_(std::move(name)), writer_(url), sightings_(count), writes_(count) {
    writer_.prepare("UPDATE posts SET title = $1 WHERE id = " + post);
  }

  // The reader has to see the write 0 first, so that it misses none after.
  bool begin(const Reader& reader) {
    write(0);
    reader_ = std::jthread([this, reader](const std::stop_token& stop) {
      try {
        reader(stop, sightings_);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_latency: %s: %s\n", name_.c_str(), error.what());
      }
    });
    return sightings_.wait_for(0);
  }

  void write(std::size_t number) {
    auto& [sent, answered] = writes_[number];
    sent = Clock::now();
    writer_.ask(kMark + std::to_string(number) + ".");
    answered = Clock::now();
  }

  bool end() { return sightings_.wait_for(writes_.size() - 1); }

  void print() const {
    const auto us = [](Clock::duration span) { return std::chrono::duration<double, std::micro>(span).count(); };
    for (std::size_t number = 1; number < writes_.size(); ++number) {
      const auto& [sent, answered] = writes_[number];
      const auto seen = sightings_.when(number);
      std::printf("%s %.0f %.0f\n", name_.c_str(), us(seen - sent), us(seen - answered));
    }
  }

 private:
  struct Write {
    Clock::time_point sent, answered;
  };

  std::string name_;
  Database writer_;
  Sightings sightings_;
  std::vector<Write> writes_;
  std::jthread reader_;  // the last member: it ends before what it uses
};

Course::Reader edge_reader(const std::string& url) {
  return [=](const std::stop_token& stop, Sightings& sightings) {
    NumberedStream stream(url);
    while (!stop.stop_requested()) {
      if (const auto number = stream.read()) sightings.saw(*number);
    }
  };
}

// What it selects is what the event carries.
Course::Reader floor_reader(const std::string& post, const std::string& url) {
  return [=](const std::stop_token& stop, Sightings& sightings) {
    Database database(url);
    database.listen();
    database.prepare("SELECT to_json(x)::text FROM published_posts x WHERE id = $1");
    std::optional<std::string> id = post;
    while (!stop.stop_requested()) {
      if (id) {
        if (const auto number = number_in(database.ask(*id))) sightings.saw(*number);
      }
      id = database.heard();
    }
  };
}

// The courses that the words name.
std::vector<std::unique_ptr<Course>> begin_courses(const std::vector<std::string>& words, std::size_t count) {
  std::vector<std::unique_ptr<Course>> courses;
  for (std::size_t at = 0; at < words.size();) {
    const bool edge = words[at] == "edge";
    const auto& url = words.at(at + 1);
    const auto& post = words.at(at + 2);
    courses.push_back(std::make_unique<Course>(words[at], url, post, count));
    const bool begun = courses.back()->begin(edge ? edge_reader(words.at(at + 3)) : floor_reader(post, url));
    if (!begun) throw std::runtime_error(words[at] + " shows nothing");
    at += edge ? 4 : 3;
  }
  return courses;
}

void run(std::size_t count, std::chrono::milliseconds interval, const std::vector<std::string>& words) {
  const auto courses = begin_courses(words, count + 1);
  auto next = Clock::now();
  for (std::size_t number = 1; number <= count; ++number) {
    for (const auto& course : courses) {
      std::this_thread::sleep_until(next += interval);
      course->write(number);
    }
  }
  for (const auto& course : courses) {
    if (!course->end()) throw std::runtime_error("a write was not seen within 30 s");
    course->print();
  }
}

}  // namespace

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  if (arguments.size() < 5) {
    std::fprintf(stderr, "usage: bench_latency COUNT INTERVAL_MS (edge URL POST STREAM | floor URL POST)...\n");
    return 2;
  }
  try {
    run(std::stoul(arguments[0]), std::chrono::milliseconds(std::stoi(arguments[1])),
        {arguments.begin() + 2, arguments.end()});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_latency: %s\n", error.what());
    return 1;
  }
}
