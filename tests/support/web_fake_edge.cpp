#include "tests/support/web_fake_edge.hpp"

#include "tests/support/http_client.hpp"

namespace suite::test {

class FakeEdge::Handler : public HttpHandler {
 public:
  explicit Handler(std::shared_ptr<State> state) : state_(std::move(state)) {}

  asio::awaitable<Answer> handle(Request& request, const tcp::endpoint&) override {
    const std::string target(request.target());
    const std::string method(request.method_string());
    const std::lock_guard lock(state_->mutex);
    if (target != "/readyz") state_->asked.push_back({method, target, request.body(), request.base()});
    const auto known = state_->answers.find(method + " " + target.substr(0, target.find('?')));
    if (known != state_->answers.end()) co_return known->second;
    co_return error_reply(Status::not_found, "unknown_entry", "the test said nothing of this");
  }

 private:
  std::shared_ptr<State> state_;
};

FakeEdge::FakeEdge() : port_(free_port()) {
  answer("GET /readyz", json_reply(Status::ok, {{"ready", true}}));
  start();
}

FakeEdge::~FakeEdge() { stop(); }

void FakeEdge::answer(const std::string& method_and_path, suite::Reply reply) {
  const std::lock_guard lock(state_->mutex);
  state_->answers[method_and_path] = std::move(reply);
}

std::vector<FakeEdge::Asked> FakeEdge::asked() const {
  const std::lock_guard lock(state_->mutex);
  return state_->asked;
}

FakeEdge::Asked FakeEdge::last() const {
  const auto all = asked();
  return all.empty() ? Asked{} : all.back();
}

void FakeEdge::stop() {
  if (io_) io_->stop();
  server_.reset();
  io_.reset();
}

void FakeEdge::start() {
  io_ = std::make_unique<IoThreads>(1);
  server_ = std::make_unique<HttpServer>(*io_, "127.0.0.1", port_, HttpLimits{},
                                         [this](std::size_t) { return std::make_shared<Handler>(state_); });
  server_->start();
  io_->start();
}

}  // namespace suite::test
