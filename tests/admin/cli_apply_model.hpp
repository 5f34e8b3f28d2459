// What the API makes of requests for declared things, in a few lines: the model that plans of
// changes are tried on.
#pragma once

#include <optional>
#include <string>

#include "admin/api/json.hpp"
#include "admin/cli/command.hpp"

namespace warmfront::testing {

/// Answers as the API does: a refusal is a text. Refuses what the API refuses: names that are not
/// there, an IP in two dedicated pools, domains that still have addresses.
class declared_model {
public:
  /// Lists as `admin::cli::list_all` returns them.
  admin::ordered_json listed = {{"plans", admin::ordered_json::array()},
                                {"pools", admin::ordered_json::array()},
                                {"identities", admin::ordered_json::array()},
                                {"templates", admin::ordered_json::array()},
                                {"webhooks", admin::ordered_json::array()}};

  /// @returns why it was refused.
  std::optional<std::string> take(const admin::cli::api_request& request);

private:
  using json = admin::ordered_json;

  json* find(const char* section, const char* field, const std::string& name);
  std::optional<std::string> take_plan(const admin::cli::api_request& request, const json& body);
  std::optional<std::string> take_pool(const admin::cli::api_request& request, const json& body);
  std::optional<std::string> take_ip(const admin::cli::api_request& request, const json& body);
  std::optional<std::string> take_identity(const admin::cli::api_request& request,
                                           const json& body);
  std::optional<std::string> take_sender(const admin::cli::api_request& request, const json& body);
  std::optional<std::string> take_template(const admin::cli::api_request& request,
                                           const json& body);
  std::optional<std::string> take_webhook(const admin::cli::api_request& request, const json& body);
  std::optional<std::string> check_pool(const json& pool);
  std::optional<std::string> check_ip(const std::string& pool, const json& ip);
  int last_webhook_ = 0;
};

} // namespace warmfront::testing
