// Very many clients of one resource in one thread: each keeps its place and comes back when its stream ends.
//
// Threads   One of its own; everything else may be called from the test's.
// Failure   A client that is refused tries the next node a little later, without an end. One that is shown an older
//           generation of the ledger than before is counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/asio.hpp"
#include "tests/support/ledger.hpp"

namespace suite::test {

class Crowd {
 public:
  // They spread over these ports.
  Crowd(std::vector<std::uint16_t> ports, int clients);
  Crowd(const Crowd&) = delete;
  ~Crowd();

  // Raises what this process and those it starts may have open; how many that is.
  static std::size_t open_files();

  int connected() const { return connected_; }  // whose streams have begun and not ended
  int arrivals() const { return arrivals_; }    // streams that began, all in all
  int inits() const { return inits_; }
  int went_back() const { return went_back_; }
  // How many have been shown this generation, or a newer one.
  int at(Generation generation) const;

 private:
  struct Client;

  asio::io_context context_{1};
  std::vector<std::uint16_t> ports_;
  std::vector<std::unique_ptr<Client>> clients_;
  std::atomic<int> connected_{0}, arrivals_{0}, inits_{0}, went_back_{0};
  std::thread thread_;
};

}  // namespace suite::test
