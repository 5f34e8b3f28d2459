// The table against the facts of the interface, written down a second time: name, `*` when
// required, `s` text, `i` number, `i-` signed, `b` truth, `[x]` list, `{x}` structure; sorted.
#include "admin/tencent/action_table.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

using namespace warmfront::admin;

namespace {

using row_texts = std::vector<std::array<const char*, 3>>;

const row_texts action_facts{
    {"BatchSendEmail",
     "ADLocation:i Attachments:[Attachment] CycleParam:{CycleEmailParam} "
     "FromEmailAddress*:s ReceiverId*:i ReplyToAddresses:s Simple:{Simple} Subject*:s "
     "TaskType*:i Template:{Template} TimedParam:{TimedEmailParam} Unsubscribe:s",
     "TaskId:i"},
    {"CreateAddressUnsubscribeConfig", "Address*:s Status*:i UnsubscribeConfig*:s", ""},
    {"CreateCustomBlacklist", "Emails*:[s] ExpireDate:s",
     "InvalidCount:i RepeatCount:i TooLongCount:i TotalCount:i ValidCount:i"},
    {"CreateEmailAddress", "EmailAddress*:s EmailSenderName:s", ""},
    {"CreateEmailIdentity", "DKIMOption:i EmailIdentity*:s TagList:[TagList]",
     "Attributes:[DNSAttributes] DKIMOption:i IdentityType:s VerifiedForSendingStatus:b"},
    {"CreateEmailTemplate", "TemplateContent*:{TemplateContent} TemplateName*:s", "TemplateID:i"},
    {"CreateReceiver", "Desc:s ReceiversName*:s", "ReceiverId:i"},
    {"CreateReceiverDetail", "Emails*:[s] ReceiverId*:i",
     "EmptyEmailCount:i RepeatCount:i TooLongCount:i TotalCount:i ValidCount:i"},
    {"CreateReceiverDetailWithData", "Datas*:[ReceiverInputData] ReceiverId*:i",
     "EmptyEmailCount:i RepeatCount:i TooLongCount:i TotalCount:i ValidCount:i"},
    {"DeleteAddressUnsubscribeConfig", "Address:s", ""},
    {"DeleteBlackList", "EmailAddressList*:[s]", ""},
    {"DeleteCustomBlackList", "Emails*:[s]", ""},
    {"DeleteEmailAddress", "EmailAddress*:s", ""},
    {"DeleteEmailIdentity", "EmailIdentity*:s", ""},
    {"DeleteEmailTemplate", "TemplateID*:i", ""},
    {"DeleteReceiver", "ReceiverId*:i", ""},
    {"GetAbuseReport",
     "EndTime*:s FromAddress:s FromDomain:s Limit:i- Mta:s Offset:i- StartTime*:s "
     "TemplateId:s ToAddress:s",
     "Data:[AbuseReport] TotalCount:i-"},
    {"GetEmailIdentity", "EmailIdentity*:s",
     "Attributes:[DNSAttributes] DKIMOption:i IdentityType:s TagList:[TagList] "
     "VerifiedForSendingStatus:b"},
    {"GetEmailTemplate", "TemplateID*:i",
     "TemplateContent:{TemplateContent} TemplateName:s TemplateStatus:i"},
    {"GetSendEmailStatus", "Limit*:i MessageId:s Offset*:i RequestDate*:s ToEmailAddress:s",
     "EmailStatusList:[SendEmailStatus]"},
    {"GetStatisticsReport", "Domain:s EndDate*:s ReceivingMailboxType:s StartDate*:s",
     "DailyVolumes:[Volume] OverallVolume:{Volume}"},
    {"ListAddressUnsubscribeConfig", "Limit:s Offset:i",
     "AddressUnsubscribeConfigList:[AddressUnsubscribeConfigData] Total:i"},
    {"ListBlackEmailAddress", "EmailAddress:s EndDate*:s Limit*:i Offset*:i StartDate*:s TaskID:s",
     "BlackList:[BlackEmailAddress] TotalCount:i"},
    {"ListCustomBlacklist", "Email:s Limit*:i Offset*:i Status*:i",
     "Data:[BlackAddressDetail] TotalCount:i"},
    {"ListEmailAddress", "", "EmailSenders:[EmailSender]"},
    {"ListEmailIdentities", "Limit:i Offset:i TagList:[TagList]",
     "EmailIdentities:[EmailIdentity] MaxDailyQuota:i MaxReputationLevel:i Total:i"},
    {"ListEmailTemplates", "Limit*:i Offset*:i",
     "TemplatesMetadata:[TemplatesMetadata] TotalCount:i"},
    {"ListReceiverDetails",
     "CreateTimeBegin:s CreateTimeEnd:s Email:s Limit*:i Offset*:i ReceiverId*:i Status:i",
     "Data:[ReceiverDetail] InvalidCount:i TotalCount:i ValidCount:i"},
    {"ListReceivers", "KeyWord:s Limit*:i Offset*:i Status:i", "Data:[ReceiverData] TotalCount:i"},
    {"ListSendTasks", "Limit*:i Offset*:i ReceiverId:i Status:i TaskType:i",
     "Data:[SendTaskData] TotalCount:i"},
    {"SendEmail",
     "Attachments:[Attachment] Bcc:[s] Cc:[s] Destination:[s] FromEmailAddress*:s "
     "HeaderFrom:s ReplyToAddresses:s Simple:{Simple} SmtpHeaders:s SmtpMessageId:s "
     "Subject*:s Template:{Template} TriggerType:i Unsubscribe:s",
     "MessageId:s"},
    {"UpdateAddressUnsubscribeConfig", "Address*:s Status*:i UnsubscribeConfig*:s", ""},
    {"UpdateCustomBlackList", "Email*:s ExpireDate:s Id*:i", ""},
    {"UpdateEmailIdentity", "DKIMOption:i EmailIdentity*:s NewAPI:b",
     "Attributes:[DNSAttributes] DKIMOption:i IdentityType:s VerifiedForSendingStatus:b"},
    {"UpdateEmailSmtpPassWord", "EmailAddress*:s Password*:s", ""},
    {"UpdateEmailTemplate", "TemplateContent*:{TemplateContent} TemplateID*:i TemplateName*:s", ""},
};

const std::map<std::string, std::string> structure_facts{
    {"AbuseReport", "AbuseTime:s BulkId:s ComplainTime:s DeliverTime:s FromDomain:s InsertTime:s "
                    "MessageId:s Mta:s OriginalMailFrom:s OriginalRcptTo:s SourceIp:s Subject:s "
                    "TemplateId:s"},
    {"AddressUnsubscribeConfigData", "Address:s Status:i UnsubscribeConfig:s"},
    {"Attachment", "Content:s FileName*:s FileURL:s"},
    {"BlackAddressDetail", "CreateTime:s Email:s ExpireDate:s Id:i Status:i"},
    {"BlackEmailAddress", "BounceTime:s EmailAddress:s IspDesc:s"},
    {"CycleEmailParam", "BeginTime*:s IntervalTime*:i TermCycle:i"},
    {"DNSAttributes", "CurrentValue:s ExpectedValue:s SendDomain:s Status:b Type:s"},
    {"EmailIdentity",
     "CurrentReputationLevel:i DKIMOption:i DailyQuota:i IdentityName:s IdentityType:s "
     "SendIp:[s] SendingEnabled:b TagList:[TagList]"},
    {"EmailSender", "CreatedTimestamp:i EmailAddress:s EmailSenderName:s SmtpPwdType:i"},
    {"ReceiverData", "Count:i CreateTime:s Desc:s InvalidCount:i ReceiverId:i ReceiversName:s "
                     "ReceiversStatus:i"},
    {"ReceiverDetail", "CreateTime:s Email:s EmailId:i Reason:s Status:i TemplateData:s"},
    {"ReceiverInputData", "Email*:s TemplateData*:s"},
    {"SendEmailStatus",
     "DeliverMessage:s DeliverStatus:i- DeliverTime:i- FromEmailAddress:s MessageId:s "
     "RequestTime:i- SendStatus:i- ToEmailAddress:s UserClicked:b UserComplained:b "
     "UserComplainted:b UserOpened:b UserUnsubscribed:b"},
    {"SendTaskData",
     "CacheCount:i CreateTime:s CycleParam:{CycleEmailParam} ErrMsg:s FromEmailAddress:s "
     "ReceiverId:i ReceiversName:s RequestCount:i SendCount:i Subject:s TaskId:i "
     "TaskStatus:i TaskType:i Template:{Template} TimedParam:{TimedEmailParam} "
     "UpdateTime:s"},
    {"Simple", "Html:s Text:s"},
    {"TagList", "TagKey*:s TagValue*:s"},
    {"Template", "TemplateData*:s TemplateID*:i"},
    {"TemplateContent", "Html:s Text:s"},
    {"TemplatesMetadata",
     "CreatedTimestamp:i ReviewReason:s TemplateID:i TemplateName:s TemplateStatus:i-"},
    {"TimedEmailParam", "BeginTime*:s"},
    {"Volume", "AcceptedCount:i BounceCount:i ClickedCount:i DeliveredCount:i OpenedCount:i "
               "RequestCount:i SendDate:s UnsubscribeCount:i"},
};

std::string kind_text(const tencent::parameter& declared) {
  switch (declared.kind) {
  case tencent::parameter_kind::text:
    return "s";
  case tencent::parameter_kind::number:
    return "i";
  case tencent::parameter_kind::signed_number:
    return "i-";
  case tencent::parameter_kind::truth:
    return "b";
  case tencent::parameter_kind::texts:
    return "[s]";
  case tencent::parameter_kind::object:
    return '{' + std::string{declared.nested->name} + '}';
  case tencent::parameter_kind::objects:
    return '[' + std::string{declared.nested->name} + ']';
  }
  return "";
}

std::string row_text(const tencent::parameter_list& rows) {
  std::vector<std::string> each;
  for (const auto& row : rows)
    each.push_back(std::string{row.name} + (row.required ? "*:" : ":") + kind_text(row));
  std::sort(each.begin(), each.end());
  std::string text;
  for (const auto& one : each)
    text += (text.empty() ? "" : " ") + one;
  return text;
}

/// All structures that the rows mention, by name.
void collect(const tencent::parameter_list& rows, std::map<std::string, std::string>& found) {
  for (const auto& row : rows)
    if (row.nested != nullptr) {
      found[std::string{row.nested->name}] = row_text(row.nested->members);
      collect(row.nested->members, found);
    }
}

} // namespace

TEST_CASE("action table: has the 36 actions with what they take and answer", "[tencent]") {
  const auto actions = tencent::all_actions();
  REQUIRE(actions.size() == 36);
  REQUIRE(action_facts.size() == actions.size());
  for (std::size_t i = 0; i < actions.size(); ++i) {
    CHECK(actions[i].name == action_facts[i][0]);
    CHECK(row_text(actions[i].input) == action_facts[i][1]);
    CHECK(row_text(actions[i].output) == action_facts[i][2]);
  }
}

TEST_CASE("action table: has the 21 structures", "[tencent]") {
  std::map<std::string, std::string> found;
  for (const auto& action : tencent::all_actions()) {
    collect(action.input, found);
    collect(action.output, found);
  }
  CHECK(found.size() == 21);
  CHECK(found == structure_facts);
}

TEST_CASE("action table: a batch for a group may leave the values of its template out",
          "[tencent]") {
  const auto template_of = [](std::string_view name) {
    const auto& rows = tencent::find_action(name)->input;
    const auto* const found = std::find_if(
        rows.begin(), rows.end(), [](const auto& each) { return each.name == "Template"; });
    return row_text(found->nested->members);
  };
  CHECK(template_of("SendEmail") == "TemplateData*:s TemplateID*:i");
  CHECK(template_of("BatchSendEmail") == "TemplateData:s TemplateID*:i");
}

TEST_CASE("action table: actions are found by their exact names", "[tencent]") {
  for (const auto& action : tencent::all_actions())
    CHECK(tencent::find_action(action.name) == &action);
  for (const char* name :
       {"", "sendEmail", "SendEmai", "SendEmail2", "A", "Z", "CreateCustomBlackList"})
    CHECK(tencent::find_action(name) == nullptr);
}
