#include "tests/support/edge_process.hpp"

#include <boost/system/system_error.hpp>
#include <stdexcept>

#include "tests/support/eventually.hpp"

namespace suite::test {

EdgeProcess::EdgeProcess(const std::string& upstream, const Settings& settings)
    : settings_{{"EDGE_UPSTREAM", upstream},
                {"EDGE_BIND", "127.0.0.1"},
                {"EDGE_STREAMING_PORT", std::to_string(streaming_port_)},
                {"EDGE_CONTROL_PORT", std::to_string(control_port_)},
                {"EDGE_NODE", "edge-under-test"},
                {"EDGE_THREADS", "2"},
                {"EDGE_JWT_SECRET", kJwtSecret},
                {"EDGE_PROBE_MS", "1000"},
                {"EDGE_DRAIN_S", "1"},
                {"EDGE_LOG_LEVEL", "debug"}} {
  for (const auto& [name, value] : settings) settings_[name] = value;
  start();
}

bool EdgeProcess::ready() const {
  try {
    return get("/readyz").status == 200;
  } catch (const boost::system::system_error&) {  // it does not listen
    return false;
  }
}

void EdgeProcess::launch() {
  process_.reset();
  process_ = std::make_unique<Process>(std::vector<std::string>{EDGE_SERVICE_BINARY}, settings_);
}

int EdgeProcess::end(int signal) {
  process_->signal(signal);
  return process_->wait();
}

void EdgeProcess::start() {
  launch();
  const bool done = eventually([this] { return !process_->running() || ready(); });
  if (!done || !process_->running()) throw std::runtime_error("the edge did not become ready: " + process_->output());
}

void EdgeProcess::restart() { start(); }

}  // namespace suite::test
