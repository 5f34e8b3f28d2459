#include "admin/http/request_reader.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "admin/http/head_check.hpp"

namespace warmfront::admin {

namespace beast_http = boost::beast::http;

namespace {

/// A body as one string. Beast's own sets memory aside for as much as the client announces.
struct piece_body {
  using value_type = std::string;
  class reader {
  public:
    template <bool is_request, class Fields>
    reader(beast_http::header<is_request, Fields>&, value_type& body) : body_{body} {}
    void init(const boost::optional<std::uint64_t>&, boost::system::error_code& failure) {
      failure = {};
    }
    template <class Buffers>
    std::size_t put(const Buffers& octets, boost::system::error_code& failure) {
      failure = {};
      std::size_t used = 0;
      for (auto at = boost::asio::buffer_sequence_begin(octets);
           at != boost::asio::buffer_sequence_end(octets); ++at) {
        body_.append(static_cast<const char*>(at->data()), at->size());
        used += at->size();
      }
      return used;
    }
    void finish(boost::system::error_code& failure) { failure = {}; }

  private:
    value_type& body_;
  };
};

using parser = beast_http::request_parser<piece_body>;

/// A line of chunk framing, with extensions and trailer, that is longer than this is refused.
constexpr std::size_t framing_octets_max = 4 * 1024;

std::string lower_case(boost::beast::string_view text) {
  std::string lower{text};
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

} // namespace

struct request_reader::state {
  request_limits limits;
  stage at = stage::head;
  std::size_t checked = 0; ///< octets of the head that `check_octets` has seen
  std::optional<parser> parsing;
  bool is_streamed = false;
  http_response refusal;

  std::size_t refuse(unsigned status, std::string_view code, std::string_view detail) {
    at = stage::refused;
    refusal = http_problem(status, code, detail);
    return 0;
  }

  std::size_t refuse(const boost::system::error_code& failure) {
    if (failure == beast_http::error::body_limit || failure == beast_http::error::buffer_overflow) {
      return refuse(413, "content_too_large", "The body is larger than this node accepts.");
    }
    if (failure == beast_http::error::header_limit) {
      return refuse(431, "header_too_large", "The header is larger than this node accepts.");
    }
    return refuse(400, "bad_request", "The request breaks the rules of HTTP/1.1.");
  }

  void begin() {
    at = stage::head;
    checked = 0;
    is_streamed = false;
    parsing.emplace();
    parsing->body_limit(limits.body_octets_max);
    parsing->header_limit(static_cast<std::uint32_t>(limits.head_octets_max + 1024));
  }

  std::size_t consume_head(std::string_view octets) {
    if (checked == 0 && octets.substr(0, 2) == "\r\n") {
      return 2; // RFC 9112 §2.2: an empty line before a request is ignored.
    }
    const auto searched_from = checked > 3 ? checked - 3 : 0;
    const auto end = octets.find("\r\n\r\n", searched_from);
    const auto head = octets.substr(0, end == std::string_view::npos ? end : end + 4);
    if (const auto fault = check_octets(head, checked); fault.status != 0) {
      return refuse(fault.status, "bad_request", fault.detail);
    }
    if (head.size() > limits.head_octets_max) {
      return refuse(431, "header_too_large", "The header is larger than this node accepts.");
    }
    checked = head.size();
    if (end == std::string_view::npos) {
      return 0;
    }
    if (const auto fault = check_head(head, limits.head_fields_max); fault.status != 0) {
      return refuse(fault.status, "bad_request", fault.detail);
    }
    note_streaming(head);
    boost::system::error_code failure;
    const auto used = parsing->put(boost::asio::buffer(head.data(), head.size()), failure);
    if (failure && failure != beast_http::error::need_more) {
      return refuse(failure);
    }
    at = parsing->is_done() ? stage::complete : stage::body;
    return used;
  }

  void note_streaming(std::string_view head) {
    const auto method = head.substr(0, head.find(' '));
    const auto rest = head.substr(std::min(method.size() + 1, head.size()));
    is_streamed = limits.streams && limits.streams(method, rest.substr(0, rest.find(' ')));
    if (is_streamed) {
      // Beast 1.74 takes no limit for one of zero.
      parsing->body_limit(std::numeric_limits<std::int64_t>::max());
    }
  }

  std::size_t consume_body(std::string_view octets) {
    boost::system::error_code failure;
    const auto used = parsing->put(boost::asio::buffer(octets.data(), octets.size()), failure);
    if (failure && failure != beast_http::error::need_more) {
      return refuse(failure);
    }
    if (used == 0 && octets.size() > framing_octets_max) {
      return refuse(400, "bad_request", "A line of chunk framing is too long.");
    }
    if (parsing->is_done()) {
      at = stage::complete;
    }
    return used;
  }
};

request_reader::request_reader(request_limits limits) : state_{std::make_unique<state>()} {
  state_->limits = limits;
  state_->begin();
}

request_reader::~request_reader() = default;

std::size_t request_reader::consume(std::string_view octets) {
  std::size_t used = 0;
  while (used < octets.size() && state_->at != stage::complete && state_->at != stage::refused) {
    const auto rest = octets.substr(used);
    const auto step =
        state_->at == stage::head ? state_->consume_head(rest) : state_->consume_body(rest);
    used += step;
    if (step == 0) {
      break;
    }
  }
  return used;
}

request_reader::stage request_reader::at() const noexcept {
  return state_->at;
}

bool request_reader::begun() const noexcept {
  return state_->at != stage::head || state_->checked != 0;
}

bool request_reader::expects_continue() const noexcept {
  const auto& fields = state_->parsing->get();
  return state_->at == stage::body && fields.version() >= 11 &&
         fields.find(beast_http::field::expect) != fields.end();
}

std::size_t request_reader::body_octets() const noexcept {
  return state_->parsing->get().body().size();
}

bool request_reader::is_streamed() const noexcept {
  return state_->is_streamed;
}

std::string request_reader::take_body() {
  return std::exchange(state_->parsing->get().body(), {});
}

bool request_reader::keeps_alive() const noexcept {
  return state_->at == stage::complete && state_->parsing->get().keep_alive();
}

bool request_reader::is_head_request() const noexcept {
  return state_->parsing->is_header_done() &&
         state_->parsing->get().method() == beast_http::verb::head;
}

const http_response& request_reader::refusal() const noexcept {
  assert(state_->at == stage::refused);
  return state_->refusal;
}

http_request request_reader::take() {
  assert(state_->at == stage::complete || (state_->at == stage::body && state_->is_streamed));
  auto& message = state_->parsing->get();
  http_request request;
  request.method = std::string{message.method_string()};
  request.target = std::string{message.target()};
  for (const auto& field : message) {
    request.headers.emplace_back(lower_case(field.name_string()), std::string{field.value()});
  }
  if (!state_->is_streamed) {
    request.body = take_body();
  }
  return request;
}

void request_reader::reset() {
  state_->begin();
}

} // namespace warmfront::admin
