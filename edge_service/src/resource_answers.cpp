#include "edge_service/src/resource_answers.hpp"

#include "edge_service/src/event_stream.hpp"
#include "edge_service/src/request_path.hpp"
#include "edge_service/src/words.hpp"

namespace edge {

namespace asio = suite::asio;
namespace http = suite::http;
using suite::Clock;
using suite::Reply;
using suite::Request;

namespace {

// Below this a compressed answer is no shorter in packets.
constexpr std::size_t kWorthCompressing = 512;

std::string_view field(const Request& request, http::field name) {
  const auto value = request[name];
  return {value.data(), value.size()};
}

// True where the list names `token` without forbidding it ("gzip;q=0").
bool accepts(std::string_view list, std::string_view token) {
  return words::any_part(list, ',', [token](std::string_view item) {
    const auto options = item.find(';');
    if (!words::same_word(words::trimmed(item.substr(0, options)), token)) return false;
    const auto quality = options == std::string_view::npos ? options : item.find("q=", options);
    return quality == std::string_view::npos || item.find_first_of("123456789", quality) != std::string_view::npos;
  });
}

bool names_tag(std::string_view list, std::string_view etag) {
  return words::any_part(list, ',', [etag](std::string_view item) {
    if (item.starts_with("W/")) item.remove_prefix(2);
    return item == "*" || item == etag;
  });
}

}  // namespace

bool wants_stream(const Request& request) { return accepts(field(request, http::field::accept), "text/event-stream"); }

asio::awaitable<std::optional<ApiError>> ResourceAnswers::await_token(const Request& request,
                                                                      const Parameters& parameters) {
  std::optional<std::string> given = parameters.after;
  if (const auto header = request.find("Edge-After"); header != request.end()) given = std::string(header->value());
  if (!given) co_return std::nullopt;
  const auto token = parse_token(*given);
  if (!token) co_return errors::bad_token();
  const bool visible = co_await shelf_.reached(*token, Clock::now() + limits_.max_wait);
  if (visible) co_return std::nullopt;
  co_return errors::token_not_reached();
}

asio::awaitable<Outcome<OpenWindowPtr>> ResourceAnswers::window(const std::string& resource,
                                                                const Parameters& parameters,
                                                                const Identity& identity) {
  if (!shelf_.loaded()) co_return errors::not_loaded();
  // A declaration that changes while the window is being opened asks for the parameters to be read anew.
  for (int turn = 0; turn < kTurns; ++turn) {
    const DeclarationPtr declaration = shelf_.declaration(resource);
    if (!declaration) break;
    auto spec = window_of(parameters, *declaration, identity.user);
    if (!spec) co_return spec.error();
    OpenWindowPtr window = co_await shelf_.open(std::move(*spec));
    if (window) co_return window;
    if (shelf_.full()) co_return errors::too_many_windows();
  }
  co_return errors::unknown_resource(resource);
}

asio::awaitable<Outcome<OpenWindowPtr>> ResourceAnswers::window(const std::string& resource,
                                                                const std::optional<std::string>& segment,
                                                                Parameters parameters, const Identity& identity) {
  if (!segment) co_return co_await window(resource, parameters, identity);
  if (!shelf_.loaded()) co_return errors::not_loaded();
  const DeclarationPtr declaration = shelf_.declaration(resource);
  if (!declaration) co_return errors::unknown_resource(resource);
  parameters.key_json = declaration->key_from_path(*segment);
  if (!parameters.key_json) co_return errors::unknown_entry();  // no entry can have such a key
  co_return co_await window(resource, parameters, identity);
}

asio::awaitable<Outcome<ContentsPtr>> ResourceAnswers::contents(OpenWindowPtr window) {
  if (auto found = co_await shelf_.contents(window)) co_return found;
  co_return errors::unknown_resource(window->spec.resource);
}

Reply ResourceAnswers::render(const Request& request, const std::string& resource, const ContentsPtr& shown) const {
  const Contents& contents = *shown;
  const Rendered& plain = contents.plain();
  const bool packed =
      plain.body.size() >= kWorthCompressing && accepts(field(request, http::field::accept_encoding), "gzip");
  const Rendered& rendered = packed ? contents.gzip() : plain;
  Reply reply{shown, rendered.head, rendered.body, {}, suite::Status::ok};
  const auto known = field(request, http::field::if_none_match);
  if (!known.empty() && names_tag(known, rendered.etag)) {
    reply.head = rendered.not_modified_head;
    reply.body = {};
    reply.status = suite::Status::not_modified;
  }
  const auto staleness = shelf_.health().staleness(std::chrono::system_clock::now(), resource).count();
  reply.extra = staleness == 0 ? std::string("Edge-Staleness-Ms: 0\r\n")
                               : "Edge-Staleness-Ms: " + std::to_string(staleness) + "\r\n";
  metrics_.read_served(thread_);
  return reply;
}

asio::awaitable<Reply> ResourceAnswers::json(const Request& request, OpenWindowPtr window) {
  const auto found = co_await contents(window);
  if (!found) co_return reply_to(found.error());
  if (window->spec.key && (*found)->entries().empty()) co_return reply_to(errors::unknown_entry());
  if (!window->spec.owner) {
    if (targets_for_ != shelf_.declarations() || targets_.size() >= kTargets) {
      targets_.clear();
      targets_for_ = shelf_.declarations();
    }
    const auto target = request.target();
    targets_[std::string(target.data(), target.size())] = window;
  }
  co_return render(request, window->spec.resource, *found);
}

namespace {

// A stream, or a wait for a token, is begun elsewhere.
bool is_answered_at_once(const Request& request) {
  return request.find("Edge-After") == request.end() && !wants_stream(request);
}

}  // namespace

std::optional<Reply> ResourceAnswers::at_hand(const Request& request) {
  if (request.method() != http::verb::get) return std::nullopt;
  const std::string_view target(request.target().data(), request.target().size());
  const auto found = targets_for_ == shelf_.declarations() ? targets_.find(target) : targets_.end();
  if (found == targets_.end()) return entry_at_hand(request, target);
  const OpenWindowPtr& window = found->second;
  if (!window->live()) {
    targets_.erase(found);
    return std::nullopt;
  }
  const ContentsPtr& contents = window->contents();
  if (!contents || (window->spec.key && contents->entries().empty())) return std::nullopt;
  if (!is_answered_at_once(request)) return std::nullopt;
  window->touch();
  return render(request, window->spec.resource, contents);
}

// One entry that has no window here, or whose window was asked for otherwise.
std::optional<Reply> ResourceAnswers::entry_at_hand(const Request& request, std::string_view target) {
  if (!target.starts_with("/v1/resources/") || target.find('?') != std::string_view::npos) return std::nullopt;
  if (!is_answered_at_once(request)) return std::nullopt;
  const auto path = RequestPath::parse(target);
  if (!path || !path->is({"v1", "resources"}, 2)) return std::nullopt;
  const std::string& resource = path->segments[2];
  const DeclarationPtr declaration = shelf_.declaration(resource);
  if (!declaration || declaration->owner) return std::nullopt;
  const auto key = declaration->key_from_path(path->segments[3]);
  if (!key) return reply_to(errors::unknown_entry());  // no entry can have such a key
  const auto entry = shelf_.look_up(resource, *key);
  if (!entry) return std::nullopt;
  if (!*entry) return reply_to(errors::unknown_entry());
  const std::size_t hash = TextHash()(target);
  if (std::exchange(asked_[hash % kAsked], hash) == hash) return std::nullopt;  // worth a window
  WindowSpec spec;
  spec.resource = resource;
  spec.key = *key;
  const auto contents = std::make_shared<const Contents>(std::vector{*entry},
                                                         version_id(shelf_.version(), spec.fingerprint()), true, false);
  return render(request, resource, contents);
}

suite::Answer ResourceAnswers::stream(const Request& request, const Parameters& parameters, OpenWindowPtr window,
                                      std::optional<suite::jwt::Time> expires, std::string nonce) {
  if (request.method() == http::verb::head) {
    return suite::make_reply(suite::Status::ok, "text/event-stream", "", {{"Cache-Control", "no-store"}});
  }
  std::string last_event_id = parameters.last_event_id;
  if (const auto header = request.find("Last-Event-ID"); header != request.end()) {
    last_event_id = std::string(header->value());
  }
  return suite::Conversation(
      [this, window = std::move(window), last_event_id = std::move(last_event_id), expires,
       nonce = std::move(nonce)](suite::Peer& peer) { return converse(peer, window, last_event_id, expires, nonce); });
}

asio::awaitable<void> ResourceAnswers::converse(suite::Peer& peer, OpenWindowPtr window, std::string last_event_id,
                                                std::optional<suite::jwt::Time> expires, std::string nonce) {
  suite::error_code ignored;
  peer.socket().set_option(asio::socket_base::send_buffer_size(static_cast<int>(limits_.send_buffer)), ignored);
  EventStream::Options options{std::move(nonce), expires, limits_.heartbeat};
  const auto stream = std::make_shared<EventStream>(shelf_, std::move(window), metrics_, thread_, std::move(options));
  co_await stream->begin(peer, std::move(last_event_id));
}

}  // namespace edge
