// One resource at the store's version: its entries, the indexes that its windows need, and those windows.
//
// Owner     The store.
// Threads   The store's alone.
// Failure   A key that is not unique shows, of its rows, the one whose JSON text sorts first (upstreams see to that).
#pragma once

#include <functional>
#include <memory>

#include "edge_service/src/history.hpp"
#include "edge_service/src/upstream.hpp"
#include "edge_service/src/window.hpp"

namespace edge {

class Collection {
 public:
  explicit Collection(DeclarationPtr declaration) : declaration_(std::move(declaration)) {}

  const Declaration& declaration() const { return *declaration_; }
  const DeclarationPtr& declaration_ptr() const { return declaration_; }
  std::size_t size() const { return entries_.size(); }
  std::size_t window_count() const { return windows_.size(); }
  EntryPtr find(std::string_view key) const;
  std::vector<EntryPtr> entries() const { return {entries_.begin(), entries_.end()}; }

  // Takes in what an upstream delivered and returns what really changed.
  Changes absorb(ResourceBatch&& batch);

  // Hands those changes to the windows concerned: `report` gets each window that changed, with its changes.
  using Report = std::function<void(Window&, Changes&&)>;
  void advance(const Changes& changes, const Report& report);

  // The window of `spec`, made where there is none; null where the declaration does not admit it.
  Window* open(const WindowSpec& spec, WindowId id_if_new);
  Window* find_window(WindowId id);
  void close(WindowId id);
  std::vector<WindowId> window_ids() const;

  std::vector<EntryPtr> read(const Window& window) const;
  // What `window` missed while the resource went through `changes` (folded); as changes of the window.
  Changes missed(const Window& window, const Changes& changes) const;

 private:
  struct HashKey {
    using is_transparent = void;
    std::size_t operator()(std::string_view key) const { return TextHash()(key); }
    std::size_t operator()(const EntryPtr& entry) const { return (*this)(entry->key()); }
  };
  struct SameKey {
    using is_transparent = void;
    static std::string_view key(std::string_view text) { return text; }
    static std::string_view key(const EntryPtr& entry) { return entry->key(); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return key(a) == key(b);
    }
  };

  EntryPtr shown_by(const Window& window) const;
  bool settle(Window& window);
  Index& index(const std::vector<std::size_t>& places);
  void put(const EntryPtr& entry);

  DeclarationPtr declaration_;
  boost::unordered_flat_set<EntryPtr, HashKey, SameKey> entries_;
  std::vector<std::unique_ptr<Index>> indexes_;
  boost::unordered_flat_map<WindowId, std::unique_ptr<Window>> windows_;
  TextMap<WindowId> by_parameters_;
  TextMap<std::vector<Window*>> by_key_;
};

}  // namespace edge
