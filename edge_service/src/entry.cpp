#include "edge_service/src/entry.hpp"

#include <cstring>
#include <limits>
#include <new>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace edge {
namespace {

using Size = std::uint32_t;

void append_size(std::string& bytes, std::size_t size) {
  const auto narrow = static_cast<Size>(size);
  bytes.append(reinterpret_cast<const char*>(&narrow), sizeof narrow);
}

Size take_size(std::string_view& rest) {
  Size size = 0;
  std::memcpy(&size, rest.data(), sizeof size);
  rest.remove_prefix(sizeof size);
  return size;
}

// NULLS LAST in both directions: the mark before the image is never inverted, the image is where the order descends.
void append_order(std::string& bytes, const Column& column, const Delivered& value, bool descending) {
  constexpr char kValue = 1, kNull = 2;
  if (!value) {
    bytes += kNull;
    return;
  }
  std::string image = column.image_of(*value);
  const bool varies = column.kind == Kind::text || column.kind == Kind::padded || column.kind == Kind::uuid;
  if (varies) image += '\0';  // so that "a" sorts before "ab"
  if (descending) {
    for (char& byte : image) byte = static_cast<char>(~byte);
  }
  bytes += kValue;
  bytes += image;
}

// The images of one column's values, each after its size, all after their count.
void append_match(std::string& bytes, const Column& column, const Delivered& value) {
  std::vector<std::string> images;
  if (value && column.array) {
    for (const auto& element : nlohmann::json::parse(*value)) {
      if (!element.is_null()) images.push_back(column.image_of(element.get_ref<const std::string&>()));
    }
  } else if (value) {
    images.push_back(column.image_of(*value));
  }
  append_size(bytes, images.size());
  for (const auto& image : images) {
    append_size(bytes, image.size());
    bytes += image;
  }
}

// Whether `rest` holds the images of so many columns and nothing else.
bool well_formed(std::string_view rest, std::size_t columns) {
  const auto size = [&]() -> std::optional<Size> {
    if (rest.size() < sizeof(Size)) return std::nullopt;
    return take_size(rest);
  };
  for (; columns > 0; --columns) {
    const auto count = size();
    if (!count) return false;
    for (Size left = *count; left > 0; --left) {
      const auto image = size();
      if (!image || *image > rest.size()) return false;
      rest.remove_prefix(*image);
    }
  }
  return rest.empty();
}

}  // namespace

void intrusive_ptr_add_ref(const Entry* entry) { entry->references_.fetch_add(1, std::memory_order_relaxed); }

void intrusive_ptr_release(const Entry* entry) {
  if (entry->references_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  entry->~Entry();
  ::operator delete(const_cast<Entry*>(entry));
}

EntryPtr Entry::make(const Declaration& declaration, std::string_view key, std::span<const Delivered> columns,
                     std::string_view value) {
  if (columns.size() != declaration.columns.size()) {
    throw std::runtime_error("resource " + declaration.name + ": a pull delivered " + std::to_string(columns.size()) +
                             " columns where " + std::to_string(declaration.columns.size()) + " are declared");
  }
  thread_local std::string order, match;
  order.clear();
  match.clear();
  for (const auto& sort : declaration.sort) {
    append_order(order, declaration.columns[sort.column], columns[sort.column], sort.descending);
  }
  for (const std::size_t column : declaration.matched_columns()) {
    append_match(match, declaration.columns[column], columns[column]);
  }
  return of_parts(key, order, match, value);
}

EntryPtr Entry::of_images(const Declaration& declaration, std::string_view key, std::string_view order,
                          std::string_view match, std::string_view value) {
  if (!well_formed(match, declaration.matched_columns().size())) return nullptr;
  return of_parts(key, order, match, value);
}

EntryPtr Entry::of_parts(std::string_view key, std::string_view order, std::string_view match, std::string_view value) {
  if (value.size() > std::numeric_limits<Size>::max()) throw std::runtime_error("an entry is larger than 4 GiB");
  void* memory = ::operator new(sizeof(Entry) + key.size() + order.size() + match.size() + value.size());
  auto* entry = new (memory) Entry;
  char* end = entry->bytes();
  for (const std::string_view part : {key, order, match, value}) {
    end = static_cast<char*>(std::memcpy(end, part.data(), part.size())) + part.size();
  }
  entry->key_size_ = static_cast<Size>(key.size());
  entry->order_size_ = static_cast<Size>(order.size());
  entry->match_size_ = static_cast<Size>(match.size());
  entry->value_size_ = static_cast<Size>(value.size());
  return EntryPtr(entry);
}

template <typename Visit>
void Entry::visit_images(std::size_t place, Visit&& visit) const {
  std::string_view rest = match();
  for (std::size_t column = 0; column <= place; ++column) {
    for (Size count = take_size(rest); count > 0; --count) {
      const Size size = take_size(rest);
      if (column == place && !visit(rest.substr(0, size))) return;
      rest.remove_prefix(size);
    }
  }
}

void Entry::each_image(std::size_t place, const std::function<void(std::string_view)>& visit) const {
  visit_images(place, [&](std::string_view image) {
    visit(image);
    return true;
  });
}

bool Entry::has_image(std::size_t place, std::string_view wanted) const {
  bool found = false;
  visit_images(place, [&](std::string_view image) {
    found = image == wanted;
    return !found;
  });
  return found;
}

bool Entry::same_as(const Entry& other) const {
  return key() == other.key() && order() == other.order() && match() == other.match() && value() == other.value();
}

}  // namespace edge
