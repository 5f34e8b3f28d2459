#include "net/trust/sts_policy.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace warmfront::trust {

namespace {

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_word(char c) noexcept {
  return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

std::string_view trim(std::string_view text) noexcept {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_space(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_space(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

error bad_record(std::string why) {
  return {errc::invalid_argument, "the MTA-STS record " + std::move(why), {}};
}
error bad_policy(std::string why) {
  return {errc::invalid_argument, "the MTA-STS policy " + std::move(why), {}};
}

/// The id of one record that begins with the version; none when it has no good one.
std::optional<std::string> id_of(std::string_view text) {
  std::optional<std::string> id;
  while (!text.empty()) {
    const auto end = text.find(';');
    const std::string_view field = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const auto equals = field.find('=');
    if (equals == std::string_view::npos || trim(field.substr(0, equals)) != "id") {
      continue;
    }
    const std::string_view value = trim(field.substr(equals + 1));
    const bool good = !value.empty() && value.size() <= 32 && std::ranges::all_of(value, is_word);
    if (!good || id) {
      return std::nullopt;
    }
    id = std::string{value};
  }
  return id;
}

/// A host or pattern in lower case; empty when it is none.
std::string host_pattern(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    pattern += lower(c);
  }
  const std::string_view name =
      pattern.starts_with("*.") ? std::string_view{pattern}.substr(2) : std::string_view{pattern};
  const bool good = !name.empty() && name.size() <= 253 && is_word(name.front()) &&
                    is_word(name.back()) && name.find("..") == std::string_view::npos &&
                    std::ranges::all_of(name, [](char c) {
                      return is_word(c) || c == '-' || c == '_' || c == '.';
                    });
  return good ? pattern : std::string{};
}

/// A policy being read: fields as they come.
struct policy_reader {
  std::optional<std::string_view> version;
  std::optional<std::string_view> mode;
  std::optional<std::string_view> max_age;
  sts_policy policy;

  static void first(std::optional<std::string_view>& field, std::string_view value) {
    if (!field) {
      field = value;
    }
  }

  result<void> take_line(std::string_view line) {
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (trim(line).empty()) {
      return success();
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) {
      return bad_policy("has a line that is no field");
    }
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    if (name == "version") {
      first(version, value);
    } else if (name == "mode") {
      first(mode, value);
    } else if (name == "max_age") {
      first(max_age, value);
    } else if (name == "mx") {
      return take_host(value);
    }
    return success();
  }

  result<void> take_host(std::string_view value) {
    std::string pattern = host_pattern(value);
    if (pattern.empty()) {
      return bad_policy("names a host that is none");
    }
    if (policy.hosts.size() >= sts_hosts_max) {
      return bad_policy("names too many hosts");
    }
    policy.hosts.push_back(std::move(pattern));
    return success();
  }

  result<sts_policy> finish() {
    if (version != "STSv1") {
      return bad_policy("is of no known version");
    }
    if (mode == "enforce") {
      policy.mode = sts_mode::enforce;
    } else if (mode == "testing") {
      policy.mode = sts_mode::testing;
    } else if (mode != "none") {
      return bad_policy("has no known mode");
    }
    if (policy.mode != sts_mode::none && policy.hosts.empty()) {
      return bad_policy("names no host");
    }
    std::uint64_t seconds = 0;
    const std::string_view digits = max_age.value_or("");
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), seconds);
    if (digits.empty() || digits.size() > 10 || parsed.ec != std::errc{} ||
        parsed.ptr != digits.data() + digits.size()) {
      return bad_policy("has no max_age in seconds");
    }
    policy.max_age = std::min(std::chrono::seconds{seconds}, sts_max_age_max);
    return std::move(policy);
  }
};

bool same_name(std::string_view left, std::string_view right) noexcept {
  return std::ranges::equal(left, right, {}, lower, lower);
}

} // namespace

std::string_view to_string(sts_mode value) noexcept {
  switch (value) {
  case sts_mode::none:
    return "none";
  case sts_mode::testing:
    return "testing";
  case sts_mode::enforce:
    return "enforce";
  }
  return "none";
}

result<std::string> parse_sts_records(const std::vector<std::string>& texts) {
  constexpr std::string_view version = "v=STSv1";
  std::string found;
  for (const std::string_view text : texts) {
    // Records that do not begin with the version are somebody else's.
    if (!text.starts_with(version) || !trim(text.substr(version.size())).starts_with(';')) {
      continue;
    }
    if (!found.empty()) {
      return bad_record("is there more than once");
    }
    auto id = id_of(text.substr(version.size()));
    if (!id) {
      return bad_record("has no id of 1 to 32 letters and digits");
    }
    found = std::move(*id);
  }
  return found;
}

result<sts_policy> parse_sts_policy(std::string_view text) {
  if (text.size() > sts_policy_octets_max) {
    return bad_policy("is larger than 64 KiB");
  }
  policy_reader reader;
  while (!text.empty()) {
    const auto end = text.find('\n');
    WARMFRONT_TRY(reader.take_line(text.substr(0, end)));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return reader.finish();
}

std::string to_text(const sts_policy& policy) {
  std::string text = "version: STSv1\nmode: " + std::string{to_string(policy.mode)} +
                     "\nmax_age: " + std::to_string(policy.max_age.count()) + '\n';
  for (const std::string& host : policy.hosts) {
    text += "mx: " + host + '\n';
  }
  return text;
}

bool allows(const sts_policy& policy, std::string_view host) noexcept {
  return std::ranges::any_of(policy.hosts, [&](std::string_view pattern) {
    if (!pattern.starts_with("*.")) {
      return same_name(pattern, host);
    }
    const auto dot = host.find('.');
    return dot != std::string_view::npos && dot > 0 &&
           same_name(pattern.substr(2), host.substr(dot + 1));
  });
}

} // namespace warmfront::trust
