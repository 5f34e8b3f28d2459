// Receivers of requests that do as they are told.
#pragma once

#include <deque>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "net/http/http_client.hpp"

namespace warmfront::testing {

/// Answers at once, or when the test says so.
class scripted_http final : public http::http_client {
public:
  using script = std::function<result<http::incoming_answer>(const http::outgoing_request&)>;
  void call(http::outgoing_request what, http::answer_callback then) override {
    requests.push_back(what);
    if (holds)
      return held.emplace_back(std::move(what), std::move(then)), void();
    then(answers(what));
  }
  void release() {
    for (auto waiting = std::exchange(held, {}); auto& [what, then] : waiting)
      then(answers(what));
  }
  static result<http::incoming_answer> status(unsigned code) {
    return http::incoming_answer{code, {}, {}};
  }
  static std::string header(const http::outgoing_request& of, const std::string& name) {
    for (const auto& [key, value] : of.headers)
      if (key == name)
        return value;
    return {};
  }
  std::set<std::string> ids_of(const std::string& url) const {
    std::set<std::string> found;
    for (const auto& each : requests)
      if (each.url == url)
        found.insert(header(each, "webhook-id"));
    return found;
  }

  script answers = [](const http::outgoing_request&) { return status(200); };
  bool holds = false;
  std::vector<http::outgoing_request> requests;
  std::deque<std::pair<http::outgoing_request, http::answer_callback>> held;
};

} // namespace warmfront::testing
