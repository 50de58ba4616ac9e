#include "tests/support/witness.hpp"

#include "tests/support/eventually.hpp"

namespace suite::test {

namespace {

constexpr std::chrono::milliseconds kLook{100};
constexpr std::chrono::milliseconds kPause{20};  // between two doors that stay shut

}  // namespace

Witness::Witness(Ledger& ledger, WitnessOptions options)
    : ledger_(ledger), options_(std::move(options)), random_(options_.seed), thread_([this] { follow(); }) {}

Witness::~Witness() {
  stopped_ = true;
  thread_.join();
}

Texts Witness::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

std::string Witness::last_heartbeat() const {
  const std::lock_guard lock(mutex_);
  return heartbeat_;
}

bool Witness::shows(Generation generation, std::chrono::milliseconds limit) const {
  return eventually([&] { return shown_ >= generation; }, limit);
}

::testing::AssertionResult Witness::true_so_far() const {
  const std::lock_guard lock(mutex_);
  if (!fault_.empty()) return ::testing::AssertionFailure() << options_.name << ": " << fault_;
  return ::testing::AssertionSuccess();
}

std::uint16_t Witness::elsewhere() {
  const auto& ports = options_.ports;
  if (ports.size() == 1) return ports.front();
  for (;;) {
    const auto port = ports[std::uniform_int_distribution<std::size_t>(0, ports.size() - 1)(random_)];
    if (port != port_) return port;
  }
}

void Witness::follow() {
  while (!stopped_) {
    port_ = elsewhere();
    try {
      visit(port_);
    } catch (const std::runtime_error&) {  // nobody there
      std::this_thread::sleep_for(kPause);
    }
  }
}

// Reads one stream to its end.
void Witness::visit(std::uint16_t port) {
  Fields fields;
  if (!id_.empty()) fields.emplace_back("Last-Event-ID", id_);
  const std::string limit = std::to_string(options_.limit == 0 ? 1000 : options_.limit);
  SseClient stream(port, "/v1/resources/balances?limit=" + limit, fields);
  if (stream.status() != 200) throw std::runtime_error("it is not ready");
  int stay = options_.roams ? std::uniform_int_distribution<int>(1, 30)(random_) : -1;  // frames
  bool arrived = false;
  for (bool first = true; !stopped_ && stay != 0;) {
    const auto frame = stream.next(kLook);
    if (frame.event.empty()) {
      if (stream.ended(std::chrono::milliseconds(0))) break;
      continue;
    }
    if (frame.event == "end") {
      std::this_thread::sleep_for(kPause);
      break;
    }
    if (!take(frame, port, first)) {
      stopped_ = true;
      return;
    }
    if (!std::exchange(arrived, true)) ++arrivals_;
    first &= frame.event == "heartbeat";  // a node that has yet to see what we have sends nothing else
    --stay;
  }
}

bool Witness::take(const SseFrame& frame, std::uint16_t port, bool first) {
  const std::lock_guard lock(mutex_);
  const Generation before = shown_;
  const std::string id = id_;
  const auto wrong = judge(frame, first);
  if (wrong.empty()) return true;
  fault_ = wrong + " (" + frame.event + " " + frame.id + (first ? ", the first frame" : "") + " of port " +
           std::to_string(port) + ", after generation " + std::to_string(before) + " " + id + ": " +
           frame.data.substr(0, 500) + ")";
  return false;
}

// Applies the frame; what is wrong with it.
std::string Witness::judge(const SseFrame& frame, bool first) {
  if (!frame.id.empty()) id_ = frame.id;
  if (frame.event == "heartbeat") {
    heartbeat_ = frame.data;
    return first && inits_ == 0 ? "a stream without a beginning" : "";
  }
  const bool init = frame.event == "init";
  if (!init && frame.event != "update") return "an unknown event";
  if (init && !first) return "an init in the middle of a stream";
  if (!init && inits_ == 0) return "an update without a beginning";
  if (init) entries_.clear();
  ++(init ? inits_ : updates_);
  const auto pairs = nlohmann::ordered_json::parse(frame.data);
  for (const auto& pair : pairs) {
    const auto key = pair.at(0).get<long long>();
    const auto held = entries_.find(key);
    if (pair.at(1).empty()) {
      if (held == entries_.end()) return "what was not there left: " + std::to_string(key);
      entries_.erase(held);
      continue;
    }
    const std::string text = pair.at(1).at(0).dump();
    if (held != entries_.end() && held->second == text) return "told twice: " + text;
    entries_[key] = text;
  }
  const Generation generation = Ledger::generation_of(entries_);
  const Generation before = shown_;
  if (generation < before) return "back to generation " + std::to_string(generation);
  if (!init && generation == before) return "an update that leads nowhere";
  if (auto wrong = compare(); !wrong.empty()) return wrong;
  shown_ = generation;
  return {};
}

std::string Witness::compare() const {
  const Generation generation = Ledger::generation_of(entries_);
  auto noted = ledger_.noted(generation);
  if (!noted) return "a state that was never committed, generation " + std::to_string(generation);
  while (options_.limit > 0 && noted->size() > options_.limit) noted->erase(std::prev(noted->end()));
  if (*noted == entries_) return {};
  std::string wrong = "not what was at generation " + std::to_string(generation) + ":";
  for (const auto& [key, text] : *noted) {
    const auto held = entries_.find(key);
    if (held == entries_.end()) wrong += " lacks " + text;
    if (held != entries_.end() && held->second != text) wrong += " " + held->second + " for " + text;
  }
  for (const auto& [key, text] : entries_) {
    if (!noted->contains(key)) wrong += " has " + text;
  }
  return wrong;
}

}  // namespace suite::test
