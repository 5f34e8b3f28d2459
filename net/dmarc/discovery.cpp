#include "net/dmarc/discovery.hpp"

#include <algorithm>
#include <utility>

#include "net/dmarc/organizational_domain.hpp"

namespace warmfront::dmarc {

namespace {

std::string record_name(const std::string& domain) {
  return "_dmarc." + domain;
}

/// The record among the texts of a name; none when there is none meant to be one.
std::optional<finding> read_texts(const std::string& name, const std::vector<std::string>& texts) {
  std::vector<std::string_view> meant;
  for (const auto& text : texts)
    if (is_record(text))
      meant.emplace_back(text);
  if (meant.empty())
    return std::nullopt;
  finding read;
  read.name = name;
  if (meant.size() > 1) {
    read.why = "there are " + std::to_string(meant.size()) + " DMARC records at " + name +
               ", so none counts; leave one";
    return read;
  }
  auto parsed = parse_record(meant.front());
  if (parsed)
    read.found = std::move(parsed.value());
  else
    read.why = "the DMARC record at " + name + " is none: " + parsed.error().what;
  return read;
}

} // namespace

discovery_step discover(std::string_view domain, const txt_answers& known) {
  const auto above = organizational_domain(domain);
  if (above.empty())
    return {finding{{}, {}, false, false, "it is no domain"}, {}};
  std::string own{domain};
  if (own.ends_with('.'))
    own.pop_back();
  std::transform(own.begin(), own.end(), own.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  for (const auto& each : {own, above}) {
    const auto name = record_name(each);
    const auto answer = known.find(name);
    if (answer == known.end())
      return {std::nullopt, name};
    if (answer->second.kind == dns::answer_kind::failed)
      return {
          finding{{}, name, false, true, "the TXT records of " + name + ": " + answer->second.why},
          {}};
    if (auto read = read_texts(name, answer->second.values)) {
      read->is_inherited = each != own;
      return {std::move(read), {}};
    }
  }
  return {finding{{},
                  record_name(own),
                  false,
                  false,
                  "there is no DMARC record at " + record_name(own) +
                      (own == above ? "" : " or " + record_name(above))},
          {}};
}

judgement judge(const evidence& of, const record& under) {
  judgement found;
  found.is_spf_aligned = is_aligned(of.author_domain, of.spf_domain, under.spf);
  found.is_dkim_aligned =
      std::any_of(of.dkim_domains.begin(), of.dkim_domains.end(), [&](const auto& domain) {
        return is_aligned(of.author_domain, domain, under.dkim);
      });
  return found;
}

} // namespace warmfront::dmarc
