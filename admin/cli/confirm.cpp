#include "admin/cli/confirm.hpp"

#include <cstdint>

#include <fmt/core.h>

#include "actors/core/displayable.hpp"

namespace warmfront::admin::cli {

namespace {

std::uint64_t count_in(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string shown_text(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? displayable(found->get<std::string>(), 200)
                                                     : std::string{};
}

} // namespace

std::string count_in_words(const ordered_json& counted) {
  const auto complete = counted.find("complete");
  auto text =
      fmt::format("{} touches {}{} recipients of {} messages", shown_text(counted, "action"),
                  complete != counted.end() && *complete == false ? "at least " : "",
                  count_in(counted, "recipients"), count_in(counted, "matches"));
  if (const auto oldest = shown_text(counted, "oldest"); !oldest.empty())
    text += ", the oldest accepted at " + oldest;
  text += '\n';
  if (const auto sample = counted.find("sample"); sample != counted.end() && sample->is_array())
    for (const auto& each : *sample)
      text += fmt::format("  {} {} -> {} {}\n", shown_text(each, "id"), shown_text(each, "from"),
                          shown_text(each, "to"), shown_text(each, "last_reply"));
  if (const auto missing = counted.find("unanswered");
      missing != counted.end() && missing->is_array())
    for (const auto& each : *missing)
      if (each.is_string())
        text += fmt::format("  node {} gave no answer: nothing is done there\n",
                            displayable(each.get<std::string>(), 64));
  return text;
}

result<api_response>
confirm_and_do(const api_request& first,
               const std::function<result<api_response>(const api_request&)>& ask,
               const std::function<bool(const std::string&)>& agrees) {
  WARMFRONT_TRY(answer, ask(first));
  const auto counted = ordered_json::parse(answer.body, nullptr, false);
  const auto token = counted.is_object() ? counted.value("confirm", ordered_json{}) : nullptr;
  if (answer.status != 200 || !token.is_string())
    return std::move(answer);
  if (!agrees(count_in_words(counted)) || count_in(counted, "recipients") == 0)
    return std::move(answer);
  auto second = first;
  auto body = ordered_json::parse(first.body, nullptr, false);
  body["confirm"] = token;
  second.body = body.dump();
  return ask(second);
}

} // namespace warmfront::admin::cli
