#include "net/dmarc/record.hpp"

#include <algorithm>
#include <charconv>

#include "net/dkim/canonical.hpp"
#include "net/dkim/tag_list.hpp"
#include "net/dmarc/organizational_domain.hpp"

namespace warmfront::dmarc {

namespace {

constexpr std::size_t uris_max = 16;

std::optional<policy> parse_policy(std::string_view text) {
  for (const auto value : {policy::none, policy::quarantine, policy::reject})
    if (dkim::is_same_text(text, to_string(value)))
      return value;
  return std::nullopt;
}

alignment parse_alignment(const dkim::tag_list& tags, std::string_view name) {
  return dkim::is_same_text(tags.find(name).value_or("r"), "s") ? alignment::strict
                                                                : alignment::relaxed;
}

std::vector<std::string> parse_uris(const dkim::tag_list& tags, std::string_view name) {
  std::vector<std::string> uris;
  if (const auto text = tags.find(name))
    dkim::each_part(*text, ',', [&](std::string_view part) {
      const auto colon = part.find(':');
      if (colon != std::string_view::npos && colon > 0 && uris.size() < uris_max)
        uris.emplace_back(part);
    });
  return uris;
}

} // namespace

std::string_view to_string(policy value) noexcept {
  switch (value) {
  case policy::quarantine:
    return "quarantine";
  case policy::reject:
    return "reject";
  case policy::none:
    break;
  }
  return "none";
}

bool is_record(std::string_view text) {
  const auto first = text.substr(0, text.find(';'));
  const auto equals = first.find('=');
  return equals != std::string_view::npos && dkim::trimmed(first.substr(0, equals)) == "v" &&
         dkim::trimmed(first.substr(equals + 1)) == "DMARC1";
}

result<record> parse_record(std::string_view text) {
  if (!is_record(text))
    return error{errc::invalid_argument, "it does not begin with v=DMARC1", {}};
  WARMFRONT_TRY(tags, dkim::tag_list::parse(text));
  record read;
  read.aggregate_uris = parse_uris(tags, "rua");
  read.failure_uris = parse_uris(tags, "ruf");
  read.dkim = parse_alignment(tags, "adkim");
  read.spf = parse_alignment(tags, "aspf");
  if (const auto percent = tags.find("pct")) {
    unsigned value = 0;
    const auto [end, code] =
        std::from_chars(percent->data(), percent->data() + percent->size(), value);
    if (code == std::errc{} && end == percent->data() + percent->size() && value <= 100)
      read.percent = value;
  }
  const auto asked = tags.find("p");
  const auto asked_below = tags.find("sp");
  const auto own = parse_policy(asked.value_or(""));
  const auto below = asked_below ? parse_policy(*asked_below) : own;
  if ((!own || !below) && read.aggregate_uris.empty())
    return error{errc::invalid_argument,
                 asked ? "p= or sp= is none of none, quarantine, reject" : "it has no p=",
                 {}};
  if (own && below) {
    read.domain_policy = *own;
    read.subdomain_policy = *below;
  }
  return read;
}

bool is_aligned(std::string_view author, std::string_view authenticated, alignment how) {
  if (author.ends_with('.'))
    author.remove_suffix(1);
  if (authenticated.ends_with('.'))
    authenticated.remove_suffix(1);
  if (author.empty() || authenticated.empty())
    return false;
  if (dkim::is_same_text(author, authenticated))
    return true;
  // A public suffix is its own: nothing but itself is under it.
  return how == alignment::relaxed && !organizational_domain(author).empty() &&
         organizational_domain(author) == organizational_domain(authenticated);
}

} // namespace warmfront::dmarc
