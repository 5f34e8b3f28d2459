// Whose things a request is about.
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

result<account_name> account_in(const call& request) {
  account_name asked{text_of(request.query, "account", request.who.account.str())};
  if (request.who.role == key_role::sender && asked != request.who.account) {
    return error{errc::refused, "This key acts for the account " + request.who.account.str() + '.',
                 "leave account out, or use a key of that account", "account"};
  }
  return asked;
}

result<account_name> accounts_in(const call& request) {
  if (request.who.role == key_role::sender || request.query.contains("account")) {
    return account_in(request);
  }
  return account_name{};
}

std::map<std::string, std::string, std::less<>> text_map_in(const json& object, const char* name) {
  std::map<std::string, std::string, std::less<>> texts;
  if (const auto found = object.find(name); found != object.end()) {
    for (const auto& [key, value] : found->items()) {
      texts.emplace(key, value.get<std::string>());
    }
  }
  return texts;
}

} // namespace warmfront::admin::handlers
