#include "admin/api/statistics_splits.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace warmfront::admin {

namespace {

constexpr std::array<std::pair<std::string_view, counted_by>, 7> names{{
    {"day", counted_by::day},
    {"domain", counted_by::sender_domain},
    {"receiver", counted_by::receiver},
    {"provider", counted_by::provider},
    {"ip", counted_by::source},
    {"task", counted_by::task},
    {"template", counted_by::from_template},
}};

} // namespace

std::string_view split_name(counted_by by) noexcept {
  const auto* const found =
      std::ranges::find(names, by, &std::pair<std::string_view, counted_by>::second);
  return found == names.end() ? "day" : found->first;
}

result<std::vector<counted_by>> parse_splits(std::string_view text) {
  std::vector<counted_by> splits;
  while (!text.empty()) {
    const auto name = text.substr(0, text.find(','));
    const auto* const found =
        std::ranges::find(names, name, &std::pair<std::string_view, counted_by>::first);
    if (found == names.end()) {
      return error{errc::invalid_argument,
                   "\"" + std::string{name} + "\" is nothing that statistics are split by",
                   "give day, domain, provider, ip, task or template, several with commas, or "
                   "receiver",
                   "by"};
    }
    splits.push_back(found->second);
    text.remove_prefix(std::min(text.size(), name.size() + 1));
  }
  if (splits.empty()) {
    splits.push_back(counted_by::day);
  }
  return splits;
}

} // namespace warmfront::admin
