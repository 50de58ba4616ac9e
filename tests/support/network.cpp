#include "tests/support/network.hpp"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>

#include "tests/support/process.hpp"

namespace suite::test {
namespace {

// Dropped where they arrive: a sender is told nothing.
constexpr const char* kRules =
    "add table inet gate; add set inet gate lost { type ipv4_addr; };"
    "add chain inet gate input { type filter hook input priority 0; };"
    "add rule inet gate input ip daddr @lost drop; add rule inet gate input ip saddr @lost drop";

bool succeeds(const std::vector<std::string>& command) {
  try {
    run(command);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

bool has_nft() {
  static const bool has = succeeds({"nft", "--version"});
  return has;
}

int this_namespace() { return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC); }

void bring_loopback_up() {
  const int any = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strcpy(request.ifr_name, "lo");
  ioctl(any, SIOCGIFFLAGS, &request);
  request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
  ioctl(any, SIOCSIFFLAGS, &request);
  close(any);
}

}  // namespace

std::string Network::why_not() {
  if (!has_nft() && !succeeds({"iptables", "--version"})) return "neither nft nor iptables is installed";
  const int home = this_namespace();
  if (home < 0 || unshare(CLONE_NEWNET) != 0) return "network namespaces are not permitted here: run as root";
  bring_loopback_up();
  const bool works = has_nft() ? succeeds({"nft", kRules}) : succeeds({"iptables", "-L", "-n"});
  setns(home, CLONE_NEWNET);
  close(home);
  return works ? std::string() : "packets cannot be filtered in a network namespace here";
}

Network::Network() : home_(this_namespace()) {
  if (home_ < 0 || unshare(CLONE_NEWNET) != 0) throw std::runtime_error("no network namespace");
  bring_loopback_up();
  if (has_nft()) run({"nft", kRules});
}

Network::~Network() {
  if (setns(home_, CLONE_NEWNET) != 0) std::terminate();  // whatever follows would be in the wrong place
  close(home_);
}

void Network::change(const std::string& address, bool cut) {
  if (has_nft()) {
    run({"nft", cut ? "add" : "delete", "element", "inet", "gate", "lost", "{ " + address + " }"});
    return;
  }
  for (const auto* direction : {"-s", "-d"})
    run({"iptables", cut ? "-I" : "-D", "INPUT", direction, address, "-j", "DROP"});
}

}  // namespace suite::test
