// One entry of a resource at one version: immutable, shared by everything that shows it, one allocation.
//
// Holds the key and the value as JSON text (PostgreSQL's own, never parsed and written again), the image that orders
// it, and the images by which windows match it.
// Threads   Any; the count is atomic.
#pragma once

#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "edge_service/src/declaration.hpp"

namespace edge {

class Entry;
using EntryPtr = boost::intrusive_ptr<const Entry>;

// A column's value as a pull delivers it; nothing is SQL's NULL.
using Delivered = std::optional<std::string_view>;

class Entry {
 public:
  // `columns` is aligned with the declaration's. Throws std::runtime_error where a value is not of its kind.
  static EntryPtr make(const Declaration& declaration, std::string_view key, std::span<const Delivered> columns,
                       std::string_view value);
  // From the images of an entry of the same declaration that was made on another node; null where they are none.
  static EntryPtr of_images(const Declaration& declaration, std::string_view key, std::string_view order,
                            std::string_view match, std::string_view value);

  std::string_view key() const { return {bytes(), key_size_}; }
  std::string_view order() const { return {bytes() + key_size_, order_size_}; }
  // The images of all matched columns: per column their count, and each after its size.
  std::string_view match() const { return {bytes() + key_size_ + order_size_, match_size_}; }
  std::string_view value() const { return {bytes() + key_size_ + order_size_ + match_size_, value_size_}; }

  // Calls `visit` with the image of each value of the `place`-th matched column: none for NULL, several for an array.
  void each_image(std::size_t place, const std::function<void(std::string_view)>& visit) const;
  bool has_image(std::size_t place, std::string_view image) const;

  bool same_as(const Entry& other) const;  // in every byte
  std::size_t footprint() const { return sizeof(Entry) + key_size_ + order_size_ + match_size_ + value_size_; }

 private:
  friend void intrusive_ptr_add_ref(const Entry* entry);
  friend void intrusive_ptr_release(const Entry* entry);

  Entry() = default;
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }
  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  static EntryPtr of_parts(std::string_view key, std::string_view order, std::string_view match,
                           std::string_view value);
  template <typename Visit>
  void visit_images(std::size_t place, Visit&& visit) const;

  mutable std::atomic<std::uint32_t> references_{0};
  std::uint32_t key_size_ = 0;
  std::uint32_t order_size_ = 0;
  std::uint32_t match_size_ = 0;
  std::uint32_t value_size_ = 0;
};

// The resource's order: total, since the key ends it.
struct ByOrder {
  bool operator()(const EntryPtr& a, const EntryPtr& b) const { return before(*a, *b); }
  static bool before(const Entry& a, const Entry& b) {
    const int compared = a.order().compare(b.order());
    return compared != 0 ? compared < 0 : a.key() < b.key();
  }
};

}  // namespace edge
