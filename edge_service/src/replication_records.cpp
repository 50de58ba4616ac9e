#include "edge_service/src/replication_records.hpp"

#include <algorithm>

namespace edge::replication {
namespace {

constexpr std::size_t kHeadBytes = 5;
constexpr std::uint8_t kCompressed = 0x80;
constexpr std::size_t kWorthCompressing = 512;
constexpr int kLevel = 1;

struct FreeZstd {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Writer {
 public:
  Writer& number(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
    return *this;
  }
  Writer& flag(bool value) { return number(value ? 1 : 0); }
  Writer& text(std::string_view value) {
    number(value.size());
    bytes_.append(value);
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }

  // Appends the record to `bytes`.
  void seal(RecordKind kind, std::string& bytes) const {
    auto mark = static_cast<std::uint8_t>(kind);
    const std::size_t begin = bytes.size();
    bytes.resize(begin + kHeadBytes);
    if (bytes_.size() >= kWorthCompressing && compress(bytes, begin + kHeadBytes)) {
      mark |= kCompressed;
    } else {
      bytes.append(bytes_);
    }
    const auto size = static_cast<std::uint32_t>(bytes.size() - begin - kHeadBytes);
    for (int i = 0; i < 4; ++i) bytes[begin + static_cast<std::size_t>(i)] = static_cast<char>(size >> (8 * i));
    bytes[begin + 4] = static_cast<char>(mark);
  }

 private:
  // False, and `bytes` as it was, where nothing is gained.
  bool compress(std::string& bytes, std::size_t begin) const {
    thread_local const std::unique_ptr<ZSTD_CCtx, FreeZstd> context(ZSTD_createCCtx());
    bytes.resize(begin + ZSTD_compressBound(bytes_.size()));
    const std::size_t size = ZSTD_compressCCtx(context.get(), bytes.data() + begin, bytes.size() - begin, bytes_.data(),
                                               bytes_.size(), kLevel);
    const bool gained = !ZSTD_isError(size) && size < bytes_.size();
    bytes.resize(begin + (gained ? size : 0));
    return gained;
  }

  std::string bytes_;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) break;
      const auto byte = static_cast<std::uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    throw BadRecord("a record ends within a number");
  }
  bool flag() { return number() != 0; }
  std::string_view text() {
    const std::uint64_t size = number();
    if (size > rest_.size()) throw BadRecord("a record ends within a text");
    const std::string_view value = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return value;
  }
  // So many items of at least one byte.
  std::uint64_t count() {
    const std::uint64_t value = number();
    if (value > rest_.size()) throw BadRecord("a record ends within a list");
    return value;
  }

 private:
  std::string_view rest_;
};

std::string sealed(RecordKind kind, const Writer& writer) {
  std::string bytes;
  writer.seal(kind, bytes);
  return bytes;
}

std::string expanded(std::string_view frame, std::size_t longest) {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeZstd> context(ZSTD_createDCtx());
  const auto size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > longest) {
    throw BadRecord("a record is no zstd frame of a bearable size");
  }
  std::string plain(size, '\0');
  const std::size_t made = ZSTD_decompressDCtx(context.get(), plain.data(), plain.size(), frame.data(), frame.size());
  if (ZSTD_isError(made) || made != plain.size()) throw BadRecord("a record is a broken zstd frame");
  return plain;
}

enum : std::uint64_t { kPresent = 1, kAbsent = 2 };

// Moments travel as ages, since no two clocks agree; 0 is no moment.
std::uint64_t age_of(Troubles::Time moment) {
  if (moment == Troubles::Time{}) return 0;
  const auto age = std::chrono::system_clock::now() - moment;
  return static_cast<std::uint64_t>(
      std::max<std::int64_t>(std::chrono::duration_cast<std::chrono::microseconds>(age).count(), 1));
}

Troubles::Time moment_of(std::uint64_t age_us) {
  if (age_us == 0) return {};
  return std::chrono::system_clock::now() - std::chrono::microseconds(static_cast<std::int64_t>(age_us));
}

}  // namespace

std::string encoded(const Hello& hello) {
  Writer writer;
  writer.text(hello.node).number(hello.path.size());
  for (const ProcessId process : hello.path) writer.number(process);
  return sealed(RecordKind::hello, writer);
}

Hello read_hello(std::string_view payload) {
  Reader reader(payload);
  Hello hello;
  hello.node = reader.text();
  for (auto left = reader.count(); left > 0; --left) hello.path.push_back(reader.number());
  return hello;
}

std::string encoded(const Whole& whole) { return sealed(RecordKind::whole, Writer().number(whole.entries)); }

Whole read_whole(std::string_view payload) { return {Reader(payload).number()}; }

std::string encoded(const VersionEnd& end) {
  Writer writer;
  writer.number(end.version.lineage).number(end.version.number).text(end.snapshot).text(end.marker);
  writer.number(end.unpublished.size());
  for (const auto& name : end.unpublished) writer.text(name);
  return sealed(RecordKind::version, writer);
}

VersionEnd read_version(std::string_view payload) {
  Reader reader(payload);
  VersionEnd end;
  end.version.lineage = reader.number();
  end.version.number = reader.number();
  end.snapshot = reader.text();
  end.marker = reader.text();
  for (auto left = reader.count(); left > 0; --left) end.unpublished.emplace_back(reader.text());
  return end;
}

std::string encoded(const Mark& mark) {
  Writer writer;
  writer.text(mark.snapshot).text(mark.marker).number(mark.echo).number(mark.age_us);
  writer.flag(mark.waiting).flag(mark.connected).flag(mark.with_troubles);
  if (mark.with_troubles) {
    writer.number(mark.troubles.size());
    for (const auto& [key, trouble] : mark.troubles) {
      writer.text(key.first).number(static_cast<std::uint64_t>(key.second)).text(trouble.reason);
      writer.number(age_of(trouble.fresh_as_of));
    }
  }
  return sealed(RecordKind::mark, writer);
}

Mark read_mark(std::string_view payload) {
  Reader reader(payload);
  Mark mark;
  mark.snapshot = reader.text();
  mark.marker = reader.text();
  mark.echo = reader.number();
  mark.age_us = reader.number();
  mark.waiting = reader.flag();
  mark.connected = reader.flag();
  mark.with_troubles = reader.flag();
  if (!mark.with_troubles) return mark;
  for (auto left = reader.count(); left > 0; --left) {
    std::string resource(reader.text());
    const auto kind = reader.number();
    if (kind > static_cast<std::uint64_t>(Troubles::Kind::duplicate_keys)) throw BadRecord("an unknown trouble");
    std::string reason(reader.text());
    const auto as_of = moment_of(reader.number());
    mark.troubles.emplace_back(Troubles::Key{std::move(resource), static_cast<Troubles::Kind>(kind)},
                               Troubles::Trouble{std::move(reason), as_of});
  }
  return mark;
}

std::string probe(std::uint64_t moment) { return sealed(RecordKind::probe, Writer().number(moment)); }

std::uint64_t read_probe(std::string_view payload) { return Reader(payload).number(); }

std::string nudge() { return sealed(RecordKind::nudge, Writer()); }

bool Parts::append_next(std::string& bytes) {
  if (resource_ == resources_.size()) return false;
  const ResourceBatch& batch = resources_[resource_];
  Writer writer;
  // The first part of a resource that is sent whole brings the declaration.
  const bool declares = batch.whole && item_ == 0;
  writer.text(batch.declaration->name)
      .text(declares ? std::string_view(batch.declaration->source) : std::string_view());
  const std::size_t entries = batch.present.size();
  for (; item_ < entries && writer.size() < kPartBytes; ++item_) {
    const Entry& entry = *batch.present[item_];
    writer.number(kPresent).text(entry.key()).text(entry.order()).text(entry.match()).text(entry.value());
  }
  for (; item_ >= entries && item_ < entries + batch.absent.size() && writer.size() < kPartBytes; ++item_) {
    writer.number(kAbsent).text(batch.absent[item_ - entries]);
  }
  if (item_ == entries + batch.absent.size()) {
    ++resource_;
    item_ = 0;
  }
  writer.seal(RecordKind::part, bytes);
  return true;
}

void read_part(std::string_view payload, const Known& known, std::vector<ResourceBatch>& into) {
  Reader reader(payload);
  const std::string resource(reader.text());
  const std::string_view declaration = reader.text();
  if (into.empty() || into.back().declaration->name != resource) {
    ResourceBatch batch;
    batch.whole = !declaration.empty();
    batch.declaration = batch.whole ? Declaration::parse(declaration) : known(resource);
    if (!batch.declaration) throw BadRecord("a part is of the resource " + resource + ", which nobody declared");
    into.push_back(std::move(batch));
  }
  ResourceBatch& batch = into.back();
  while (!reader.empty()) {
    switch (reader.number()) {
      case kPresent: {
        const auto key = reader.text();
        const auto order = reader.text();
        const auto match = reader.text();
        const auto value = reader.text();
        auto entry = Entry::of_images(*batch.declaration, key, order, match, value);
        if (!entry) throw BadRecord("an entry of " + resource + " has images of another declaration");
        batch.present.push_back(std::move(entry));
        break;
      }
      case kAbsent: batch.absent.emplace_back(reader.text()); break;
      default: throw BadRecord("a part has an item of an unknown kind");
    }
  }
}

std::optional<Record> RecordReader::next() {
  const std::string_view rest = std::string_view(bytes_).substr(taken_);
  std::size_t size = 0;
  bool complete = rest.size() >= kHeadBytes;
  if (complete) {
    for (std::size_t i = 0; i < 4; ++i) size |= std::size_t{static_cast<std::uint8_t>(rest[i])} << (8 * i);
    if (size > longest_) throw BadRecord("a record is larger than any may be");
    complete = rest.size() >= kHeadBytes + size;
  }
  if (!complete) {
    bytes_.erase(0, std::exchange(taken_, 0));
    return std::nullopt;
  }
  const auto mark = static_cast<std::uint8_t>(rest[4]);
  const std::string_view payload = rest.substr(kHeadBytes, size);
  taken_ += kHeadBytes + size;
  const auto kind = static_cast<RecordKind>(mark & ~kCompressed);
  return Record{kind, (mark & kCompressed) != 0 ? expanded(payload, longest_) : std::string(payload)};
}

}  // namespace edge::replication
