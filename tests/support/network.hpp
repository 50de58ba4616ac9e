// A network namespace of the test's own, in which packets get lost: no FIN, no RST, no error.
//
// All that the calling thread starts from then on lives in it, at 127.0.0.1 and every other 127.x.x.x. What is to be
// cut is reached at an address of its own; a cut loses all packets from and to it, established connections included.
//
// Owner     The test. The thread is back where it was when this ends.
// Failure   Needs root and nft or iptables; why_not() tells where they are missing.
#pragma once

#include <string>

namespace suite::test {

class Network {
 public:
  // Empty where this machine lets us.
  static std::string why_not();

  Network();
  Network(const Network&) = delete;
  ~Network();

  void cut(const std::string& address) { change(address, true); }
  void heal(const std::string& address) { change(address, false); }

 private:
  void change(const std::string& address, bool cut);

  int home_ = -1;
};

}  // namespace suite::test
