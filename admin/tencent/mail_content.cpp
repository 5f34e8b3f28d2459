#include "admin/tencent/mail_content.hpp"

#include <charconv>

#include <fmt/core.h>

#include "admin/tencent/parameters.hpp"
#include "net/smtp/base64.hpp"

namespace warmfront::admin::tencent {

checked<std::vector<mime::attachment>> read_attachments(const json& parameters) {
  std::vector<mime::attachment> files;
  const auto found = parameters.find("Attachments");
  if (found == parameters.end())
    return files;
  if (found->size() > attachments_max)
    return gateway_error{
        "FailedOperation.TooManyAttachments",
        fmt::format("There are {} attachments; {} are allowed.", found->size(), attachments_max)};
  std::size_t octets = 0;
  for (const auto& each : *found) {
    auto name = text_of(each, "FileName");
    if (name.empty() || name.size() > 255 || name.find_first_of("/\\\r\n") != std::string::npos)
      return gateway_error{"FailedOperation.InvalidAttachName",
                           fmt::format("`{}` is not a file's name.", shown_name(name))};
    if (each.contains("FileURL"))
      return gateway_error{"FailedOperation.FileURLNotExist",
                           "Attachments are not fetched: give `Content`."};
    auto content = smtp::decode_base64(text_of(each, "Content"));
    if (!content)
      return gateway_error{"InvalidParameterValue.AttachContentIsWrong",
                           fmt::format("The content of `{}` is not base64.", shown_name(name))};
    octets += content->size();
    if (octets > attachment_octets_max)
      return gateway_error{
          "FailedOperation.AttachContentToolarge",
          fmt::format("The attachments have more than {} octets together.", attachment_octets_max)};
    files.push_back({std::move(name), {}, std::move(*content), {}});
  }
  return files;
}

checked<void> check_unsubscribe(const json& parameters) {
  constexpr unsigned option_max = 12;
  const auto text = text_of(parameters, "Unsubscribe");
  unsigned option = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, option);
  if (!text.empty() && (parsed.ec != std::errc{} || parsed.ptr != end || option > option_max))
    return gateway_error{"InvalidParameterValue", "`Unsubscribe` is a number from 0 to 12."};
  return passed();
}

} // namespace warmfront::admin::tencent
