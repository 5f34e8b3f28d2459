#include "tests/admin/tencent/signed_calls.hpp"

#include <algorithm>
#include <stdexcept>

#include "actors/core/address.hpp"

namespace warmfront::testing {

std::vector<signed_call> all_calls() {
  auto calls = captured_calls;
  calls.insert(calls.end(), computed_calls.begin(), computed_calls.end());
  return calls;
}

const signed_call& call_named(std::string_view name) {
  for (const auto* const calls : {&captured_calls, &computed_calls})
    for (const auto& call : *calls)
      if (call.name == name)
        return call;
  throw std::out_of_range{std::string{name}};
}

std::string unfolded(const std::string& text) {
  std::string whole = text;
  for (auto at = whole.find("\\\n"); at != std::string::npos; at = whole.find("\\\n", at))
    whole.erase(at, 2);
  return whole;
}

admin::http_request http_request_of(const signed_call& call) {
  const auto text = unfolded(call.request);
  admin::http_request request;
  std::size_t begin = 0;
  const auto next_line = [&] {
    const auto end = text.find('\n', begin);
    auto line = text.substr(begin, end - begin);
    begin = end + 1;
    return line;
  };
  const auto first = next_line();
  const auto blank = first.find(' ');
  request.method = first.substr(0, blank);
  request.target = first.substr(blank + 1, first.rfind(' ') - blank - 1);
  for (auto line = next_line(); !line.empty(); line = next_line()) {
    const auto colon = line.find(':');
    const auto value = std::min(line.find_first_not_of(' ', colon + 1), line.size());
    request.headers.emplace_back(in_lower_case(line.substr(0, colon)), line.substr(value));
  }
  request.body = text.substr(begin);
  return request;
}

} // namespace warmfront::testing
