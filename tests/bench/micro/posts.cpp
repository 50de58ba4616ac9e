#include "tests/bench/micro/posts.hpp"

#include <array>
#include <new>
#include <stdexcept>

#include "edge_service/src/entry_reader.hpp"

namespace bench {
namespace {

// Of edge.pull's rows, by name.
constexpr std::array<const char*, 5> kPullColumns{"kind", "resource", "key", "columns", "value"};

void append_int32(std::string& bytes, std::size_t value) {
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift);
}

// So many digits, so that all posts are equally long.
std::string digits(std::int64_t value) {
  std::string text = std::to_string(value);
  return text.insert(0, 9 - text.size(), '0');
}

std::string tags(const Post& post) {
  const std::int64_t first = post.number % kTags;
  return "[\"tag" + std::to_string(first) + "\",\"tag" + std::to_string((first * 7 + 1) % kTags) + "\"]";
}

void set(PGresult* result, int row, int column, std::string_view value) {
  const auto size = static_cast<int>(value.size());
  if (!PQsetvalue(result, row, column, const_cast<char*>(value.data()), size)) throw std::bad_alloc();
}

edge::PgResult empty_pull() {
  edge::PgResult result(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK));
  std::array<PGresAttDesc, kPullColumns.size()> columns{};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    columns[i].name = const_cast<char*>(kPullColumns[i]);
    columns[i].format = 1;
  }
  if (!result || !PQsetResultAttrs(result.get(), static_cast<int>(columns.size()), columns.data()))
    throw std::bad_alloc();
  return result;
}

}  // namespace

std::string Post::value() const {
  const std::string author = std::to_string(number % kAuthors);
  std::string json = "{\"id\":" + key() + ",\"author_id\":" + author + ",\"title\":\"The post " + digits(number) +
                     " in its edition " + digits(edition) + "\",\"content\":\"";
  for (int i = 0; i < 4; ++i) json += "what there is to read ";
  return json + "\",\"status\":\"published\",\"tags\":" + tags(*this) +
         ",\"published_at\":\"2026-01-02T03:04:05+00:00\",\"author\":{\"id\":" + author + ",\"name\":\"writer" +
         author + "\"}}";
}

std::string Post::columns() const {
  const std::int64_t published_at = 1'700'000'000'000'000 + number * 60'000'000;
  const std::array<std::string, 4> values{std::to_string(published_at), key(), std::to_string(number % kAuthors),
                                          tags(*this)};
  std::string array;
  for (const std::size_t word : {std::size_t{1}, std::size_t{0}, std::size_t{25}, values.size(), std::size_t{1}}) {
    append_int32(array, word);  // dimensions, no nulls, the type text, how many, the first one's number
  }
  for (const auto& value : values) {
    append_int32(array, value.size());
    array += value;
  }
  return array;
}

edge::DeclarationPtr posts_declaration() {
  static const edge::DeclarationPtr declaration = edge::Declaration::parse(R"({
    "name": "posts", "revision": 1, "view": "public.published_posts", "key": ["id"], "load": "SELECT 1",
    "owner": null, "default_limit": 25, "max_limit": null,
    "columns": [{"name": "published_at", "kind": "timestamptz", "array": false},
                {"name": "id", "kind": "integer", "array": false},
                {"name": "author_id", "kind": "integer", "array": false},
                {"name": "tags", "kind": "text", "array": true}],
    "sort": [{"column": 0, "descending": true}, {"column": 1, "descending": true}],
    "filters": [{"name": "author_id", "column": 2}, {"name": "tags", "column": 3}]})");
  return declaration;
}

edge::EntryPtr entry_of(const Post& post) {
  edge::EntryReader reader(posts_declaration(), false);
  reader.add(post.key(), post.columns(), post.value());
  return reader.take().present.front();
}

edge::ResourceBatch all_posts(std::int64_t count) {
  edge::EntryReader reader(posts_declaration(), true);
  for (Post post{1}; post.number <= count; ++post.number) reader.add(post.key(), post.columns(), post.value());
  return reader.take();
}

edge::PgResult pull_of(const std::vector<Post>& touched, std::int64_t transaction) {
  edge::PgResult result = empty_pull();
  const std::string number = std::to_string(transaction);
  set(result.get(), 0, 0, "S");
  set(result.get(), 0, 2, "a marker");
  set(result.get(), 0, 4, number + ":" + number + ":");
  int row = 1;
  for (const Post& post : touched) {
    set(result.get(), row, 0, "E");
    set(result.get(), row, 1, "posts");
    set(result.get(), row, 2, post.key());
    set(result.get(), row, 3, post.columns());
    set(result.get(), row, 4, post.value());
    ++row;
  }
  return result;
}

}  // namespace bench
