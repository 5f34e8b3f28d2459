// A client of the API compatible with Tencent Cloud SES: what the SDKs do, without them.
#pragma once

#include <string>
#include <utility>

#include "admin/api/json.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

namespace warmfront::testing {

/// Signs with one of the fake node's keys: `sender`, `viewer`, `other`.
class cloud_client {
public:
  explicit cloud_client(fake_node& node, std::string key_id = "sender")
      : node_{node}, key_id_{std::move(key_id)} {}

  /// What an action answers: the members of `Response`. Fails the test for anything but 200.
  admin::json call(const std::string& action,
                   const admin::json& parameters = admin::json::object());
  /// The code that an action is refused with; empty when it is not.
  std::string refusal(const std::string& action,
                      const admin::json& parameters = admin::json::object());

  /// The request, signed with TC3-HMAC-SHA256.
  [[nodiscard]] std::string signed_post(const std::string& action, const std::string& body) const;
  raw_response send(const std::string& request);

  std::string secret{"SECRETtest"};
  seconds clock_off{0}; ///< how far the client's clock is ahead

private:
  fake_node& node_;
  const std::string key_id_;
};

} // namespace warmfront::testing
