// Lets other threads look at what one thread changes, in the moments when it stands still; nobody waits for a lock.
//
// A visitor says in a word of its own that it looks, then sees whether the gate is closed. The owner closes the gate,
// then waits until every visitor's word says that it does not look (Dekker's algorithm for two). So a visitor never
// waits, but may find the gate closed and must then ask in another way; the owner waits as long as a look takes.
//
// Owner     The store.
// Threads   Each visitor is one thread's; Closed is the owner's. All visitors are admitted before the gate is first closed.
// Cost      A look writes one word that no other thread writes.
#pragma once

#include <atomic>
#include <deque>
#include <optional>
#include <thread>
#include <type_traits>

namespace edge {

class Gate {
 public:
  class Visitor {
   public:
    explicit Visitor(const Gate& gate) : gate_(gate) {}

    // What `look` sees; nothing where the gate is closed. `look` must be short, and may not throw.
    template <typename Look>
    std::optional<std::invoke_result_t<Look>> visit(Look&& look) {
      static_assert(std::is_nothrow_invocable_v<Look>);
      std::optional<std::invoke_result_t<Look>> seen;
      inside_.store(true);
      if (!gate_.closed_.load()) seen.emplace(look());
      inside_.store(false, std::memory_order_release);
      return seen;
    }

   private:
    friend class Gate;
    static constexpr std::size_t kCacheLine = 64;

    const Gate& gate_;
    alignas(kCacheLine) std::atomic<bool> inside_{false};
  };

  Visitor& admit() { return visitors_.emplace_back(*this); }

  // The gate is closed as long as this lives.
  class Closed {
   public:
    explicit Closed(Gate& gate) : gate_(gate) {
      gate_.closed_.store(true);
      for (const auto& visitor : gate_.visitors_) {
        while (visitor.inside_.load()) std::this_thread::yield();
      }
    }
    ~Closed() { gate_.closed_.store(false, std::memory_order_release); }
    Closed(const Closed&) = delete;

   private:
    Gate& gate_;
  };

 private:
  std::atomic<bool> closed_{false};
  std::deque<Visitor> visitors_;  // their places stay
};

}  // namespace edge
