// What senders want of unsubscribe links, kept and told as it was given.
#include <charconv>

#include <fmt/core.h>

#include "admin/tencent/handlers.hpp"
#include "admin/tencent/mail_content.hpp"
#include "admin/tencent/parameters.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

/// `Limit` is a text here. Beyond all others it may be absent.
checked<json> with_number_for_limit(const json& parameters) {
  auto read = parameters;
  const auto text = text_of(parameters, "Limit");
  read.erase("Limit");
  if (text.empty())
    return read;
  std::uint64_t limit = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, limit);
  if (parsed.ec != std::errc{} || parsed.ptr != end)
    return wrong_type("Limit", "a number in a string");
  read["Limit"] = limit;
  return read;
}

} // namespace

step put_address_unsubscribe_config(call& request, const answers& given) {
  if (!given.empty())
    return nothing_to_tell();
  const auto& parameters = request.body;
  const auto status = number_of(parameters, "Status", 0);
  if (status > 1)
    return gateway_error{"InvalidParameterValue", "`Status` is 0 or 1."};
  const auto option = text_of(parameters, "UnsubscribeConfig");
  if (const auto known = check_unsubscribe(json{{"Unsubscribe", option}}); !known)
    return gateway_error{"InvalidParameterValue", "`UnsubscribeConfig` is a number from 0 to 12."};
  return ask_for(put_unsubscribe_setting{
      {request.who.account, text_of(parameters, "Address"), option, status == 1}, false});
}

step delete_address_unsubscribe_config(call& request, const answers& given) {
  if (!given.empty())
    return nothing_to_tell();
  return ask_for(delete_unsubscribe_setting{request.who.account, text_of(request.body, "Address")});
}

step list_address_unsubscribe_config(call& request, const answers& given) {
  const auto parameters = with_number_for_limit(request.body);
  if (!parameters)
    return parameters.error();
  const auto range = row_range_of(parameters.value());
  if (!range)
    return range.error();
  if (given.empty())
    return ask_for(list_unsubscribe_settings{request.who.account});
  const auto& all = answer_at<std::vector<unsubscribe_setting>>(given, 0);
  ordered_json target;
  target["AddressUnsubscribeConfigList"] = ordered_json::array();
  for (const auto& each : in_range(all, range.value()))
    target["AddressUnsubscribeConfigList"].push_back({{"Address", each.address},
                                                      {"UnsubscribeConfig", each.option},
                                                      {"Status", each.enabled ? 1 : 0}});
  target["Total"] = all.size();
  return target;
}

} // namespace warmfront::admin::tencent::handlers
