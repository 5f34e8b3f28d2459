#include "admin/tencent/action_table.hpp"

#include <algorithm>

namespace warmfront::admin::tencent {

/// Short words for the rows below, which other files of this room use for their own things.
namespace table {

constexpr parameter text(std::string_view name) {
  return {name, parameter_kind::text};
}
constexpr parameter number(std::string_view name) {
  return {name, parameter_kind::number};
}
constexpr parameter integer(std::string_view name) {
  return {name, parameter_kind::signed_number};
}
constexpr parameter truth(std::string_view name) {
  return {name, parameter_kind::truth};
}
constexpr parameter texts(std::string_view name) {
  return {name, parameter_kind::texts};
}
constexpr parameter object(std::string_view name, const structure& nested) {
  return {name, parameter_kind::object, &nested};
}
constexpr parameter list(std::string_view name, const structure& nested) {
  return {name, parameter_kind::objects, &nested};
}
constexpr parameter must(parameter given) {
  given.required = true;
  return given;
}

constexpr structure abuse_report{
    "AbuseReport",
    {text("DeliverTime"), text("OriginalMailFrom"), text("OriginalRcptTo"), text("FromDomain"),
     text("ComplainTime"), text("Mta"), text("SourceIp"), text("InsertTime"), text("TemplateId"),
     text("BulkId"), text("MessageId"), text("AbuseTime"), text("Subject")}};
constexpr structure address_unsubscribe_config_data{
    "AddressUnsubscribeConfigData", {text("Address"), text("UnsubscribeConfig"), number("Status")}};
constexpr structure attachment{"Attachment",
                               {must(text("FileName")), text("Content"), text("FileURL")}};
constexpr structure black_address_detail{
    "BlackAddressDetail",
    {number("Id"), text("Email"), text("CreateTime"), text("ExpireDate"), number("Status")}};
constexpr structure black_email_address{
    "BlackEmailAddress", {text("BounceTime"), text("EmailAddress"), text("IspDesc")}};
constexpr structure cycle_email_param{
    "CycleEmailParam",
    {must(text("BeginTime")), must(number("IntervalTime")), number("TermCycle")}};
constexpr structure dns_attributes{"DNSAttributes",
                                   {text("Type"), text("SendDomain"), text("ExpectedValue"),
                                    text("CurrentValue"), truth("Status")}};
constexpr structure tag{"TagList", {must(text("TagKey")), must(text("TagValue"))}};
constexpr structure email_identity{"EmailIdentity",
                                   {text("IdentityName"), text("IdentityType"),
                                    truth("SendingEnabled"), number("CurrentReputationLevel"),
                                    number("DailyQuota"), texts("SendIp"), list("TagList", tag),
                                    number("DKIMOption")}};
constexpr structure email_sender{"EmailSender",
                                 {text("EmailAddress"), text("EmailSenderName"),
                                  number("CreatedTimestamp"), number("SmtpPwdType")}};
constexpr structure receiver_data{"ReceiverData",
                                  {number("ReceiverId"), text("ReceiversName"), number("Count"),
                                   text("Desc"), number("ReceiversStatus"), text("CreateTime"),
                                   number("InvalidCount")}};
constexpr structure receiver_detail{"ReceiverDetail",
                                    {text("Email"), text("CreateTime"), text("TemplateData"),
                                     text("Reason"), number("Status"), number("EmailId")}};
constexpr structure receiver_input_data{"ReceiverInputData",
                                        {must(text("Email")), must(text("TemplateData"))}};
constexpr structure send_email_status{
    "SendEmailStatus",
    {text("MessageId"), text("ToEmailAddress"), text("FromEmailAddress"), integer("SendStatus"),
     integer("DeliverStatus"), text("DeliverMessage"), integer("RequestTime"),
     integer("DeliverTime"), truth("UserOpened"), truth("UserClicked"), truth("UserUnsubscribed"),
     truth("UserComplainted"), truth("UserComplained")}};
constexpr structure template_use{"Template",
                                 {must(number("TemplateID")), must(text("TemplateData"))}};
/// For a group, whose members may have their own values.
constexpr structure batch_template{"Template", {must(number("TemplateID")), text("TemplateData")}};
constexpr structure timed_email_param{"TimedEmailParam", {must(text("BeginTime"))}};
constexpr structure send_task_data{
    "SendTaskData",
    {number("TaskId"), text("FromEmailAddress"), number("ReceiverId"), number("TaskStatus"),
     number("TaskType"), number("RequestCount"), number("SendCount"), number("CacheCount"),
     text("CreateTime"), text("UpdateTime"), text("Subject"), object("Template", template_use),
     object("CycleParam", cycle_email_param), object("TimedParam", timed_email_param),
     text("ErrMsg"), text("ReceiversName")}};
constexpr structure simple{"Simple", {text("Html"), text("Text")}};
constexpr structure template_content{"TemplateContent", {text("Html"), text("Text")}};
constexpr structure templates_metadata{"TemplatesMetadata",
                                       {number("CreatedTimestamp"), text("TemplateName"),
                                        integer("TemplateStatus"), number("TemplateID"),
                                        text("ReviewReason")}};
constexpr structure volume{"Volume",
                           {text("SendDate"), number("RequestCount"), number("AcceptedCount"),
                            number("DeliveredCount"), number("OpenedCount"), number("ClickedCount"),
                            number("BounceCount"), number("UnsubscribeCount")}};

// Sorted by name; in each row the name, what it takes, what it answers.
constexpr std::array actions{
    action{"BatchSendEmail",
           {must(text("FromEmailAddress")), must(number("ReceiverId")), must(text("Subject")),
            must(number("TaskType")), text("ReplyToAddresses"), object("Template", batch_template),
            object("Simple", simple), list("Attachments", attachment),
            object("CycleParam", cycle_email_param), object("TimedParam", timed_email_param),
            text("Unsubscribe"), number("ADLocation")},
           {number("TaskId")}},
    action{"CreateAddressUnsubscribeConfig",
           {must(text("Address")), must(text("UnsubscribeConfig")), must(number("Status"))},
           {}},
    action{"CreateCustomBlacklist",
           {must(texts("Emails")), text("ExpireDate")},
           {number("TotalCount"), number("ValidCount"), number("TooLongCount"),
            number("RepeatCount"), number("InvalidCount")}},
    action{"CreateEmailAddress", {must(text("EmailAddress")), text("EmailSenderName")}, {}},
    action{"CreateEmailIdentity",
           {must(text("EmailIdentity")), number("DKIMOption"), list("TagList", tag)},
           {text("IdentityType"), truth("VerifiedForSendingStatus"),
            list("Attributes", dns_attributes), number("DKIMOption")}},
    action{"CreateEmailTemplate",
           {must(text("TemplateName")), must(object("TemplateContent", template_content))},
           {number("TemplateID")}},
    action{"CreateReceiver", {must(text("ReceiversName")), text("Desc")}, {number("ReceiverId")}},
    action{"CreateReceiverDetail",
           {must(number("ReceiverId")), must(texts("Emails"))},
           {number("TotalCount"), number("ValidCount"), number("TooLongCount"),
            number("EmptyEmailCount"), number("RepeatCount")}},
    action{"CreateReceiverDetailWithData",
           {must(number("ReceiverId")), must(list("Datas", receiver_input_data))},
           {number("TotalCount"), number("ValidCount"), number("TooLongCount"),
            number("EmptyEmailCount"), number("RepeatCount")}},
    action{"DeleteAddressUnsubscribeConfig", {text("Address")}, {}},
    action{"DeleteBlackList", {must(texts("EmailAddressList"))}, {}},
    action{"DeleteCustomBlackList", {must(texts("Emails"))}, {}},
    action{"DeleteEmailAddress", {must(text("EmailAddress"))}, {}},
    action{"DeleteEmailIdentity", {must(text("EmailIdentity"))}, {}},
    action{"DeleteEmailTemplate", {must(number("TemplateID"))}, {}},
    action{"DeleteReceiver", {must(number("ReceiverId"))}, {}},
    action{"GetAbuseReport",
           {must(text("StartTime")), must(text("EndTime")), integer("Offset"), integer("Limit"),
            text("FromDomain"), text("FromAddress"), text("Mta"), text("ToAddress"),
            text("TemplateId")},
           {list("Data", abuse_report), integer("TotalCount")}},
    action{"GetEmailIdentity",
           {must(text("EmailIdentity"))},
           {text("IdentityType"), truth("VerifiedForSendingStatus"),
            list("Attributes", dns_attributes), number("DKIMOption"), list("TagList", tag)}},
    action{"GetEmailTemplate",
           {must(number("TemplateID"))},
           {object("TemplateContent", template_content), number("TemplateStatus"),
            text("TemplateName")}},
    action{"GetSendEmailStatus",
           {must(text("RequestDate")), must(number("Offset")), must(number("Limit")),
            text("MessageId"), text("ToEmailAddress")},
           {list("EmailStatusList", send_email_status)}},
    action{"GetStatisticsReport",
           {must(text("StartDate")), must(text("EndDate")), text("Domain"),
            text("ReceivingMailboxType")},
           {list("DailyVolumes", volume), object("OverallVolume", volume)}},
    action{
        "ListAddressUnsubscribeConfig",
        {number("Offset"), text("Limit")},
        {list("AddressUnsubscribeConfigList", address_unsubscribe_config_data), number("Total")}},
    action{"ListBlackEmailAddress",
           {must(text("StartDate")), must(text("EndDate")), must(number("Limit")),
            must(number("Offset")), text("EmailAddress"), text("TaskID")},
           {list("BlackList", black_email_address), number("TotalCount")}},
    action{"ListCustomBlacklist",
           {must(number("Offset")), must(number("Limit")), must(number("Status")), text("Email")},
           {number("TotalCount"), list("Data", black_address_detail)}},
    action{"ListEmailAddress", {}, {list("EmailSenders", email_sender)}},
    action{"ListEmailIdentities",
           {list("TagList", tag), number("Limit"), number("Offset")},
           {list("EmailIdentities", email_identity), number("MaxReputationLevel"),
            number("MaxDailyQuota"), number("Total")}},
    action{"ListEmailTemplates",
           {must(number("Limit")), must(number("Offset"))},
           {list("TemplatesMetadata", templates_metadata), number("TotalCount")}},
    action{"ListReceiverDetails",
           {must(number("ReceiverId")), must(number("Offset")), must(number("Limit")),
            text("Email"), text("CreateTimeBegin"), text("CreateTimeEnd"), number("Status")},
           {number("TotalCount"), list("Data", receiver_detail), number("ValidCount"),
            number("InvalidCount")}},
    action{"ListReceivers",
           {must(number("Offset")), must(number("Limit")), number("Status"), text("KeyWord")},
           {number("TotalCount"), list("Data", receiver_data)}},
    action{"ListSendTasks",
           {must(number("Offset")), must(number("Limit")), number("Status"), number("ReceiverId"),
            number("TaskType")},
           {number("TotalCount"), list("Data", send_task_data)}},
    action{"SendEmail",
           {must(text("FromEmailAddress")), must(text("Subject")), texts("Destination"),
            text("ReplyToAddresses"), texts("Cc"), texts("Bcc"), object("Template", template_use),
            object("Simple", simple), list("Attachments", attachment), text("Unsubscribe"),
            number("TriggerType"), text("SmtpMessageId"), text("SmtpHeaders"), text("HeaderFrom")},
           {text("MessageId")}},
    action{"UpdateAddressUnsubscribeConfig",
           {must(text("Address")), must(text("UnsubscribeConfig")), must(number("Status"))},
           {}},
    action{
        "UpdateCustomBlackList", {must(number("Id")), must(text("Email")), text("ExpireDate")}, {}},
    action{"UpdateEmailIdentity",
           {must(text("EmailIdentity")), truth("NewAPI"), number("DKIMOption")},
           {text("IdentityType"), truth("VerifiedForSendingStatus"),
            list("Attributes", dns_attributes), number("DKIMOption")}},
    action{"UpdateEmailSmtpPassWord", {must(text("Password")), must(text("EmailAddress"))}, {}},
    action{"UpdateEmailTemplate",
           {must(object("TemplateContent", template_content)), must(number("TemplateID")),
            must(text("TemplateName"))},
           {}},
};

} // namespace table

std::span<const action> all_actions() noexcept {
  return table::actions;
}

const action* find_action(std::string_view name) noexcept {
  const auto* const found = std::lower_bound(
      table::actions.begin(), table::actions.end(), name,
      [](const action& each, std::string_view wanted) { return each.name < wanted; });
  return found != table::actions.end() && found->name == name ? &*found : nullptr;
}

} // namespace warmfront::admin::tencent
