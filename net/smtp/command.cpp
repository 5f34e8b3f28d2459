#include "net/smtp/command.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "net/smtp/xtext.hpp"

namespace warmfront::smtp {

namespace {

constexpr std::size_t envelope_id_octets_max = 100;        // RFC 3461 §4.4
constexpr std::size_t original_recipient_octets_max = 500; // RFC 3461 §4.2

char to_upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// The word up to the next blank; both are removed from `text`.
std::string_view take_word(std::string_view& text) noexcept {
  const auto end = std::min(text.find_first_of(" \t"), text.size());
  const auto word = text.substr(0, end);
  text = trimmed(text.substr(end));
  return word;
}

struct path_and_parameters {
  std::string_view path; ///< without the angle brackets
  std::string_view parameters;
};

/// Takes `KEYWORD:<path> parameters` apart. A `>` inside a quoted local part does not end it.
std::optional<path_and_parameters> split_path(std::string_view argument, std::string_view keyword) {
  if (argument.size() < keyword.size() ||
      !same_ignoring_case(argument.substr(0, keyword.size()), keyword)) {
    return std::nullopt;
  }
  argument = trimmed(argument.substr(keyword.size()));
  if (argument.empty() || argument.front() != '<') {
    return std::nullopt;
  }
  bool quoted = false;
  for (std::size_t i = 1; i < argument.size(); ++i) {
    if (argument[i] == '\\' && quoted) {
      ++i;
    } else if (argument[i] == '"') {
      quoted = !quoted;
    } else if (argument[i] == '>' && !quoted) {
      const auto rest = argument.substr(i + 1);
      if (!rest.empty() && !is_blank(rest.front())) {
        return std::nullopt;
      }
      return path_and_parameters{argument.substr(1, i - 1), trimmed(rest)};
    }
  }
  return std::nullopt;
}

struct parameter {
  std::string_view name;
  std::string_view value;
  bool has_value = false;
};

parameter take_parameter(std::string_view& text) noexcept {
  const auto word = take_word(text);
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) {
    return {word, {}, false};
  }
  return {word.substr(0, equals), word.substr(equals + 1), true};
}

reply bad_parameter(std::string_view name) {
  return {501, "5.5.4", "the value of " + std::string{name} + " is not valid"};
}
reply repeated_parameter(std::string_view name) {
  return {501, "5.5.4", std::string{name} + " is given twice"};
}
reply unknown_parameter() {
  return {555, "5.5.4", "parameter not recognised or not implemented"};
}

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// Each parameter of MAIL or RCPT may be given once.
template <std::size_t N>
std::size_t parameter_index(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find_if(names.begin(), names.end(), [name](std::string_view known) {
    return same_ignoring_case(known, name);
  });
  return static_cast<std::size_t>(found - names.begin());
}

bool set_size(mail_command& mail, const parameter& given) {
  mail.size = parse_number(given.value);
  return mail.size.has_value();
}

bool set_body(mail_command& mail, const parameter& given) {
  // BINARYMIME is not offered: next hops without it could not be served.
  mail.body = same_ignoring_case(given.value, "8BITMIME") ? body_encoding::eight_bit
                                                          : body_encoding::seven_bit;
  return mail.body == body_encoding::eight_bit || same_ignoring_case(given.value, "7BIT");
}

bool set_require_tls(mail_command& mail, const parameter& given) {
  mail.require_tls = true;
  return !given.has_value;
}

bool set_smtputf8(mail_command& mail, const parameter& given) {
  mail.smtputf8 = true;
  return !given.has_value;
}

bool set_ret(mail_command& mail, const parameter& given) {
  mail.ret =
      same_ignoring_case(given.value, "FULL") ? return_content::full : return_content::headers;
  return mail.ret == return_content::full || same_ignoring_case(given.value, "HDRS");
}

bool set_envelope_id(mail_command& mail, const parameter& given) {
  mail.envelope_id = given.value;
  return !given.value.empty() && given.value.size() <= envelope_id_octets_max &&
         is_xtext(given.value);
}

bool check_auth(mail_command&, const parameter& given) {
  return given.value == "<>" || (!given.value.empty() && is_xtext(given.value));
}

bool set_notify(envelope_recipient& recipient, std::string_view value) {
  notify wanted = notify::unspecified;
  while (true) {
    const auto comma = std::min(value.find(','), value.size());
    const auto word = value.substr(0, comma);
    const auto bit = same_ignoring_case(word, "NEVER")     ? notify::never
                     : same_ignoring_case(word, "SUCCESS") ? notify::success
                     : same_ignoring_case(word, "FAILURE") ? notify::failure
                     : same_ignoring_case(word, "DELAY")   ? notify::delay
                                                           : notify::unspecified;
    if (bit == notify::unspecified) {
      return false;
    }
    wanted = wanted | bit;
    if (comma == value.size()) {
      break;
    }
    value.remove_prefix(comma + 1);
  }
  recipient.notify_on = wanted;
  return wanted == notify::never || !has(wanted, notify::never);
}

bool set_original_recipient(envelope_recipient& recipient, std::string_view value, bool utf8) {
  const auto semicolon = value.find(';');
  if (semicolon == std::string_view::npos || semicolon == 0 ||
      value.size() > original_recipient_octets_max) {
    return false;
  }
  const auto type = value.substr(0, semicolon);
  const auto address = value.substr(semicolon + 1);
  recipient.original_recipient = value;
  const bool atom = std::all_of(type.begin(), type.end(), [](char c) {
    return c > ' ' && c <= '~' &&
           std::string_view{"()<>@,;:\\\"[]+="}.find(c) == std::string_view::npos;
  });
  return atom && !address.empty() && is_xtext(address, utf8 && same_ignoring_case(type, "utf-8"));
}

/// What is wrong with a path; nothing when it is fine.
std::optional<reply> fault_of(std::string_view path, bool utf8, const char* status) {
  if (!utf8 && !is_ascii(path)) {
    return reply{553, "5.6.7", "an address that is not ASCII needs SMTPUTF8"};
  }
  auto address = parse_address(path, utf8);
  if (!address) {
    return reply{553, status, std::move(address.error().what)};
  }
  return std::nullopt;
}

} // namespace

bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return to_upper(x) == to_upper(y);
         });
}

command parse_command(std::string_view line) noexcept {
  constexpr std::array<std::pair<std::string_view, verb>, 14> verbs{{
      {"MAIL", verb::mail},
      {"RCPT", verb::rcpt},
      {"DATA", verb::data},
      {"BDAT", verb::bdat},
      {"EHLO", verb::ehlo},
      {"HELO", verb::helo},
      {"RSET", verb::rset},
      {"NOOP", verb::noop},
      {"QUIT", verb::quit},
      {"AUTH", verb::auth},
      {"STARTTLS", verb::starttls},
      {"VRFY", verb::vrfy},
      {"EXPN", verb::expn},
      {"HELP", verb::help},
  }};
  const auto word = line.substr(0, std::min(line.find_first_of(" \t"), line.size()));
  for (const auto& [name, value] : verbs) {
    if (same_ignoring_case(word, name)) {
      return {value, trimmed(line.substr(word.size()))};
    }
  }
  return {};
}

parsed<mail_command> parse_mail(std::string_view argument) {
  using setter = bool (*)(mail_command&, const parameter&);
  static constexpr std::array<std::string_view, 7> names{"SIZE",  "BODY", "SMTPUTF8",  "RET",
                                                         "ENVID", "AUTH", "REQUIRETLS"};
  static constexpr std::array<setter, 7> setters{
      set_size, set_body, set_smtputf8, set_ret, set_envelope_id, check_auth, set_require_tls};
  auto split = split_path(argument, "FROM:");
  if (!split) {
    return reply{501, "5.5.4", "expected MAIL FROM:<address>"};
  }
  mail_command mail;
  std::array<bool, names.size()> seen{};
  while (!split->parameters.empty()) {
    const auto given = take_parameter(split->parameters);
    const auto index = parameter_index(names, given.name);
    if (index == names.size()) {
      return unknown_parameter();
    }
    if (std::exchange(seen.at(index), true)) {
      return repeated_parameter(names.at(index));
    }
    if (!setters.at(index)(mail, given)) {
      return bad_parameter(names.at(index));
    }
  }
  if (!split->path.empty()) {
    if (auto fault = fault_of(split->path, mail.smtputf8, "5.1.7")) {
      return std::move(*fault);
    }
    mail.reverse_path = split->path;
  }
  return mail;
}

parsed<envelope_recipient> parse_rcpt(std::string_view argument, bool utf8,
                                      std::string_view hostname) {
  static constexpr std::array<std::string_view, 2> names{"NOTIFY", "ORCPT"};
  auto split = split_path(argument, "TO:");
  if (!split) {
    return reply{501, "5.5.4", "expected RCPT TO:<address>"};
  }
  envelope_recipient recipient;
  std::array<bool, names.size()> seen{};
  while (!split->parameters.empty()) {
    const auto given = take_parameter(split->parameters);
    const auto index = parameter_index(names, given.name);
    if (index == names.size()) {
      return unknown_parameter();
    }
    if (std::exchange(seen.at(index), true)) {
      return repeated_parameter(names.at(index));
    }
    if (!(index == 0 ? set_notify(recipient, given.value)
                     : set_original_recipient(recipient, given.value, utf8))) {
      return bad_parameter(names.at(index));
    }
  }
  if (same_ignoring_case(split->path, "postmaster")) {
    recipient.address = std::string{split->path} + '@' + std::string{hostname};
    return recipient;
  }
  if (auto fault = fault_of(split->path, utf8, "5.1.3")) {
    return std::move(*fault);
  }
  recipient.address = split->path;
  return recipient;
}

std::optional<bdat_command> parse_bdat(std::string_view argument) noexcept {
  const auto octets = parse_number(take_word(argument));
  if (!octets || (!argument.empty() && !same_ignoring_case(argument, "LAST"))) {
    return std::nullopt;
  }
  return bdat_command{*octets, !argument.empty()};
}

} // namespace warmfront::smtp
