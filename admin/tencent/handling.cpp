#include "admin/tencent/handling.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/core.h>

#include "admin/tencent/handlers.hpp"

namespace warmfront::admin::tencent {

namespace {

namespace h = handlers;

using codes = std::initializer_list<failure_code>;

constexpr std::array unsubscribe_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.IllegalEmailAddress"}};
constexpr std::array sender_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.IllegalEmailAddress"},
    failure_code{errc::already_exists, "InvalidParameterValue.RepeatEmailAddress"},
    failure_code{errc::not_found, "InvalidParameterValue.NotExistDomain"},
    failure_code{errc::limit_exceeded, "OperationDenied.ExceedSenderLimit"}};
constexpr std::array no_sender_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.NoSuchSender"},
    failure_code{errc::not_found, "InvalidParameterValue.NoSuchSender"}};
constexpr std::array password_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.InvalidSmtpPassWord"},
    failure_code{errc::not_found, "InvalidParameterValue.NoSuchSender"},
    failure_code{errc::already_exists, "OperationDenied.RepeatPassWord"}};
constexpr std::array new_identity_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.InvalidEmailIdentity"},
    failure_code{errc::already_exists, "InvalidParameterValue.RepeatCreation"},
    failure_code{errc::conflict, "InvalidParameterValue.CreatedByOther"},
    failure_code{errc::limit_exceeded, "OperationDenied.ExceedDomainLimit"}};
constexpr std::array identity_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.NotExistDomain"},
    failure_code{errc::not_found, "InvalidParameterValue.NotExistDomain"},
    failure_code{errc::conflict, "OperationDenied.SenderWithDomainIsNotEmpty"}};
constexpr std::array new_template_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.TemplateContentIsWrong"},
    failure_code{errc::already_exists, "InvalidParameterValue.TemplateNameIllegal"},
    failure_code{errc::not_found, "InvalidParameterValue.TemplateNotExist"},
    failure_code{errc::limit_exceeded, "FailedOperation.TemplateContentToolarge"}};
constexpr std::array template_codes{
    failure_code{errc::not_found, "InvalidParameterValue.TemplateNotExist"}};
constexpr std::array new_group_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.ReceiverNameIllegal"},
    failure_code{errc::already_exists, "InvalidParameterValue.RepeatReceiverName"},
    failure_code{errc::limit_exceeded, "LimitExceeded.ExceedReceiverLimit"}};
constexpr std::array group_codes{
    failure_code{errc::not_found, "OperationDenied.ReceiverNotExist"},
    failure_code{errc::conflict, "OperationDenied.ReceiverIsOperating"},
    failure_code{errc::limit_exceeded, "LimitExceeded.ReceiverDetailCountLimit"}};
constexpr std::array send_codes{
    failure_code{errc::not_found, "FailedOperation.InvalidTemplateID"},
    failure_code{errc::limit_exceeded, "FailedOperation.ExceedSendLimit"},
    failure_code{errc::refused, "OperationDenied"}};
constexpr std::array task_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.TemplateNotMatchData"},
    failure_code{errc::not_found, "OperationDenied.TemplateStatusError"},
    failure_code{errc::refused, "OperationDenied.TemplateStatusError"}};
constexpr std::array blocklist_codes{
    failure_code{errc::invalid_argument, "InvalidParameterValue.IllegalEmailAddress"},
    failure_code{errc::limit_exceeded, "LimitExceeded.ReceiverDetailRequestLimit"}};

constexpr handling table[] = {
    {"BatchSendEmail", h::batch_send_email, task_codes},
    {"CreateAddressUnsubscribeConfig", h::put_address_unsubscribe_config, unsubscribe_codes},
    {"CreateCustomBlacklist", h::create_custom_blacklist, blocklist_codes},
    {"CreateEmailAddress", h::create_email_address, sender_codes},
    {"CreateEmailIdentity", h::create_email_identity, new_identity_codes},
    {"CreateEmailTemplate", h::create_email_template, new_template_codes},
    {"CreateReceiver", h::create_receiver, new_group_codes},
    {"CreateReceiverDetail", h::create_receiver_detail, group_codes},
    {"CreateReceiverDetailWithData", h::create_receiver_detail_with_data, group_codes},
    {"DeleteAddressUnsubscribeConfig", h::delete_address_unsubscribe_config, {}},
    {"DeleteBlackList", h::delete_black_list, blocklist_codes},
    {"DeleteCustomBlackList", h::delete_custom_black_list, blocklist_codes},
    {"DeleteEmailAddress", h::delete_email_address, no_sender_codes},
    {"DeleteEmailIdentity", h::delete_email_identity, identity_codes},
    {"DeleteEmailTemplate", h::delete_email_template, template_codes},
    {"DeleteReceiver", h::delete_receiver, group_codes},
    {"GetAbuseReport", h::get_abuse_report, {}},
    {"GetEmailIdentity", h::get_email_identity, identity_codes},
    {"GetEmailTemplate", h::get_email_template, template_codes},
    {"GetSendEmailStatus", h::get_send_email_status, {}},
    {"GetStatisticsReport", h::get_statistics_report, {}},
    {"ListAddressUnsubscribeConfig", h::list_address_unsubscribe_config, {}},
    {"ListBlackEmailAddress", h::list_black_email_address, {}},
    {"ListCustomBlacklist", h::list_custom_blacklist, {}},
    {"ListEmailAddress", h::list_email_address, {}},
    {"ListEmailIdentities", h::list_email_identities, {}},
    {"ListEmailTemplates", h::list_email_templates, {}},
    {"ListReceiverDetails", h::list_receiver_details, group_codes},
    {"ListReceivers", h::list_receivers, {}},
    {"ListSendTasks", h::list_send_tasks, {}},
    {"SendEmail", h::send_email, send_codes},
    {"UpdateAddressUnsubscribeConfig", h::put_address_unsubscribe_config, unsubscribe_codes},
    {"UpdateCustomBlackList", h::update_custom_black_list, blocklist_codes},
    {"UpdateEmailIdentity", h::update_email_identity, identity_codes},
    {"UpdateEmailSmtpPassWord", h::update_email_smtp_password, password_codes},
    {"UpdateEmailTemplate", h::update_email_template, new_template_codes},
};

/// What any action calls a failure of that kind.
std::string_view code_of(errc code) noexcept {
  switch (code) {
  case errc::invalid_argument:
    return "InvalidParameterValue";
  case errc::not_found:
    return "ResourceNotFound";
  case errc::already_exists:
  case errc::conflict:
    return "ResourceInUse";
  case errc::refused:
    return "OperationDenied";
  case errc::limit_exceeded:
    return "LimitExceeded";
  case errc::storage_full:
  case errc::unavailable:
  case errc::timed_out:
  case errc::stopping:
    return "ServiceUnavailable";
  case errc::storage_failed:
  case errc::storage_corrupt:
  case errc::storage_newer:
  case errc::storage_locked:
  case errc::protocol:
    return "InternalError";
  }
  return "InternalError";
}

} // namespace

std::span<const handling> all_handlings() noexcept {
  return table;
}

const handling& handling_of(const action& called) noexcept {
  return *std::lower_bound(
      std::begin(table), std::end(table), called.name,
      [](const handling& each, std::string_view wanted) { return each.action < wanted; });
}

gateway_error to_gateway_error(const handling& how, const error& failure) {
  const auto own = std::find_if(how.codes.begin(), how.codes.end(), [&](const failure_code& each) {
    return each.when == failure.code;
  });
  return {std::string{own == how.codes.end() ? code_of(failure.code) : own->code},
          to_string(failure)};
}

bool only_reads(const action& called) noexcept {
  return called.name.starts_with("Get") || called.name.starts_with("List");
}

checked<void> check_role(const action& called, key_role role) {
  if (allows(only_reads(called) ? access::read_own : access::own, role))
    return passed();
  return gateway_error{
      "AuthFailure.UnauthorizedOperation",
      fmt::format("A key with the role \"{}\" may not call `{}`.", to_string(role), called.name)};
}

outcome next_step(const served_call& now, call& request, answers& given) {
  auto next = handling_of(*now.called).serve(request, given);
  if (auto* const anew = std::get_if<ask_anew>(&next)) {
    given.clear();
    return std::move(anew->questions);
  }
  if (auto* const questions = std::get_if<std::vector<ask>>(&next))
    return std::move(*questions);
  if (const auto* const why = std::get_if<gateway_error>(&next))
    return refuse(*why, now.ids);
  return answer(std::move(*std::get_if<ordered_json>(&next)), now.ids);
}

} // namespace warmfront::admin::tencent
