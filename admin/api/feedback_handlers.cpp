// What comes back about mail, as far as it is asked for over HTTP.
#include "admin/api/handlers.hpp"
#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin {

namespace schemas {

namespace {

constexpr field complaint_address_fields[] = {
    text_of("account", "whose mail it is for"),
    text_of("address", "what to give to a provider's feedback loop; keep it to yourselves"),
};

} // namespace

const schema complaint_address{"complaint_address", "Where complaints are received.",
                               complaint_address_fields};

} // namespace schemas

namespace handlers {

outcome show_complaint_address(call& request, const answers&) {
  const auto account = account_in(request);
  if (!account)
    return fail(to_problem(account.error()));
  const auto address = request.node->complaint_address
                           ? request.node->complaint_address(account.value())
                           : std::string{};
  if (address.empty())
    return fail(to_problem(error{
        errc::not_found, "the account " + account.value().str() + " has no address for complaints",
        "its name has to be at most 47 characters long, and this node needs the "
        "secrets key of its cluster"}));
  ordered_json body;
  body["account"] = account.value().str();
  body["address"] = address;
  return respond(request, body);
}

} // namespace handlers

} // namespace warmfront::admin
