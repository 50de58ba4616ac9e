// What is read: requests from clients, rows from the database.
#include <benchmark/benchmark.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "edge_service/src/parameters.hpp"
#include "edge_service/src/pull_report.hpp"
#include "edge_service/src/request_path.hpp"
#include "tests/bench/micro/posts.hpp"

namespace bench {
namespace {

constexpr std::string_view kTarget = "/v1/resources/posts?author_id=7&tags=tag7&tags=tag%30&limit=10";

void parse_request(benchmark::State& state) {
  namespace http = boost::beast::http;
  const std::string request = "GET " + std::string(kTarget) +
                              " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: bench/1.0\r\n"
                              "Accept: application/json\r\nAccept-Encoding: gzip\r\n\r\n";
  for (auto turn : state) {
    http::request_parser<http::string_body> parser;
    boost::system::error_code failed;
    parser.put(boost::asio::buffer(request), failed);
    if (failed) state.SkipWithError("not a request");
    benchmark::DoNotOptimize(parser.get().target().data());
  }
}
BENCHMARK(parse_request);

void parse_target(benchmark::State& state) {
  for (auto turn : state) benchmark::DoNotOptimize(edge::RequestPath::parse(kTarget));
}
BENCHMARK(parse_target);

void parse_parameters(benchmark::State& state) {
  const std::string query = edge::RequestPath::parse(kTarget)->query;
  for (auto turn : state) benchmark::DoNotOptimize(edge::Parameters::from_query(query).has_value());
}
BENCHMARK(parse_parameters);

void make_window_spec(benchmark::State& state) {
  const auto parameters = *edge::Parameters::from_query(edge::RequestPath::parse(kTarget)->query);
  for (auto turn : state) {
    benchmark::DoNotOptimize(window_of(parameters, *posts_declaration(), std::nullopt)->fingerprint());
  }
}
BENCHMARK(make_window_spec);

void parse_pull(benchmark::State& state) {
  std::vector<Post> touched;
  for (std::int64_t number = 1; number <= state.range(0); ++number) touched.push_back({number});
  const edge::PgResult pulled = pull_of(touched, 1);
  const edge::Declarations held{{"posts", posts_declaration()}};
  for (auto turn : state) benchmark::DoNotOptimize(edge::PullReport::read(pulled.get(), held).touched.data());
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(parse_pull)->ArgName("entries")->Arg(1)->Arg(1000);

}  // namespace
}  // namespace bench
