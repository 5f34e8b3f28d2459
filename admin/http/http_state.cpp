#include "admin/http/http_state.hpp"

#include <algorithm>
#include <cassert>
#include <utility>
#include <vector>

#include <fmt/core.h>

namespace warmfront::admin {

namespace {

/// What every answer says, unless it says otherwise itself.
constexpr std::pair<std::string_view, std::string_view> security_fields[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Cache-Control", "no-store"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
    {"Referrer-Policy", "no-referrer"},
};

bool has_field(const http_response& response, std::string_view name) {
  return std::ranges::any_of(response.headers,
                             [name](const auto& each) { return each.first == name; });
}

/// RFC 9110 §5.6.7: the date of mail, but in GMT by name.
std::string http_date(wall_time now) {
  auto date = to_rfc5322(now);
  date.replace(date.rfind("+0000"), 5, "GMT");
  return date;
}

} // namespace

bool http_state::admit(const std::string& client) {
  const std::lock_guard lock{guard_};
  if (stopping || count_ >= limits.connections_max) {
    return false;
  }
  auto& of_client = per_client_[client];
  if (of_client >= limits.connections_per_client_max) {
    return false;
  }
  ++of_client;
  ++count_;
  return true;
}

void http_state::add(std::shared_ptr<http_connection> connection) {
  const auto* key = connection.get();
  const std::lock_guard lock{guard_};
  open_.emplace(key, std::move(connection));
}

void http_state::remove(const http_connection* connection, const std::string& client) {
  std::shared_ptr<http_connection> last; // Destroyed outside the lock.
  const std::lock_guard lock{guard_};
  if (const auto found = open_.find(connection); found != open_.end()) {
    last = std::move(found->second);
    open_.erase(found);
  }
  const auto of_client = per_client_.find(client);
  assert(of_client != per_client_.end() && count_ > 0);
  if (--of_client->second == 0) {
    per_client_.erase(of_client);
  }
  --count_;
  removed_.notify_all();
}

std::size_t http_state::connections() const {
  const std::lock_guard lock{guard_};
  return count_;
}

void http_state::for_each(const std::function<void(http_connection&)>& visit) const {
  std::vector<std::shared_ptr<http_connection>> now;
  {
    const std::lock_guard lock{guard_};
    now.reserve(open_.size());
    for (const auto& [key, connection] : open_) {
      now.push_back(connection);
    }
  }
  for (const auto& connection : now) {
    visit(*connection);
  }
}

bool http_state::wait_until_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock{guard_};
  return removed_.wait_for(lock, patience, [this] { return count_ == 0; });
}

http_responder answer_once(std::function<void(http_response)> give) {
  struct ticket {
    std::function<void(http_response)> give;
    std::atomic<bool> used{false};
    void send(http_response response) {
      if (!used.exchange(true)) {
        give(std::move(response));
      }
    }
    explicit ticket(std::function<void(http_response)> to) : give{std::move(to)} {}
    ~ticket() { send(http_problem(500, "internal", "The node dropped the request.")); }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
  };
  return [held = std::make_shared<ticket>(std::move(give))](http_response response) {
    held->send(std::move(response));
  };
}

http_response http_overloaded() {
  auto response = http_problem(503, "overloaded", "The node holds as much data as it may.");
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

std::string serialize(const http_response& response, wall_time now, bool keep_alive,
                      bool head_only) {
  std::string octets = fmt::format("HTTP/1.1 {} {}\r\nDate: {}\r\nConnection: {}\r\n",
                                   response.status, reason_phrase(response.status), http_date(now),
                                   keep_alive ? "keep-alive" : "close");
  octets.reserve(octets.size() + 512 + response.body.size());
  // RFC 9110 §8.6: no length with 204, and none but that of the whole with 304.
  if (response.stream) {
    octets += "Transfer-Encoding: chunked\r\n";
  } else if (response.status != 204 && response.status != 304) {
    octets += fmt::format("Content-Length: {}\r\n", response.body.size());
  }
  if (!response.body.empty() || response.stream) {
    octets += fmt::format("Content-Type: {}\r\n", response.content_type);
  }
  for (const auto& [name, value] : security_fields) {
    if (!has_field(response, name)) {
      octets += fmt::format("{}: {}\r\n", name, value);
    }
  }
  for (const auto& [name, value] : response.headers) {
    octets += fmt::format("{}: {}\r\n", name, value);
  }
  octets += "\r\n";
  if (!head_only) {
    octets += response.body;
  }
  return octets;
}

} // namespace warmfront::admin
