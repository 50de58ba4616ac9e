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

void EdgeProcess::start() {
  process_ = std::make_unique<Process>(std::vector<std::string>{EDGE_SERVICE_BINARY}, settings_);
  const bool ready = eventually([this] {
    if (!process_->running()) return true;
    try {
      return get("/readyz").status == 200;
    } catch (const boost::system::system_error&) {  // it does not listen yet
      return false;
    }
  });
  if (!ready || !process_->running()) throw std::runtime_error("the edge did not become ready: " + process_->output());
}

void EdgeProcess::restart() {
  process_.reset();
  start();
}

}  // namespace suite::test
