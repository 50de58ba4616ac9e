#include "tests/bench/micro/node.hpp"

#include <sodium.h>

#include <stdexcept>

#include "common/log.hpp"
#include "tests/bench/micro/posts.hpp"

namespace bench {

namespace asio = suite::asio;
using namespace std::chrono_literals;

namespace {

edge::ReaderLimits reader_limits() {
  edge::ReaderLimits limits;
  limits.heartbeat = 24h;
  return limits;
}

asio::awaitable<void> open_into(edge::OpenWindowPtr& window, edge::ResourceAnswers& answers,
                                const edge::Parameters& parameters) {
  auto opened = co_await answers.window("posts", parameters, edge::Identity{});
  if (opened) window = *opened;
}

}  // namespace

Node::Node(std::int64_t count, std::size_t history_bytes)
    : store_(core_[0], history_bytes),
      shelf_(
          io_[0], 0, store_, health_, [] {}, edge::ShelfLimits{}),
      answers_(shelf_, 0, metrics_, reader_limits()),
      server_(io_, "127.0.0.1", 0, suite::HttpLimits{}, [this](std::size_t) {
        return std::make_shared<edge::StreamingRoutes>(info_, shelf_, answers_, authorizer_, stream_ids_);
      }) {
  if (sodium_init() < 0) throw std::runtime_error("libsodium could not be initialised");
  suite::log::configure({suite::log::Level::warn, suite::log::Format::json, "edge", "bench"});
  held_["posts"] = posts_declaration();
  edge::Batch batch;
  batch.snapshot = *edge::Snapshot::parse("1:1:");
  batch.fresh_as_of = std::chrono::system_clock::now();
  batch.resources.push_back(all_posts(count));
  health_.fresh_as_of(batch.fresh_as_of);
  store_.apply(std::move(batch));
  server_.start();
  settle();
}

// What sessions hold lives shorter than their contexts: they end first, as their clients have.
Node::~Node() {
  server_.drain();
  settle();
}

edge::OpenWindowPtr Node::open(std::string_view query) {
  const auto parameters = edge::Parameters::from_query(query);
  edge::OpenWindowPtr window;
  if (parameters) asio::co_spawn(io_[0], open_into(window, answers_, *parameters), asio::detached);
  settle();
  if (!window) throw std::runtime_error("no window of posts: " + std::string(query));
  return window;
}

edge::Batch Node::read(const PGresult* pulled) const {
  auto report = edge::PullReport::read(pulled, held_);
  edge::Batch batch;
  batch.snapshot = edge::Snapshot::parse(report.snapshot).value();
  batch.marker = report.marker.value_or("");
  batch.fresh_as_of = health_.fresh_as_of();
  batch.resources = std::move(report.touched);
  return batch;
}

void Node::apply(const PGresult* pulled) { store_.apply(read(pulled)); }

void Node::serve() {
  io_[0].run_one();
  catch_up();
}

void Node::catch_up() { io_[0].poll(); }

void Node::settle() {
  while (core_[0].poll() + io_[0].poll() > 0) {
  }
}

}  // namespace bench
