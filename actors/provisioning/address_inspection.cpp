#include "actors/provisioning/address_inspection.hpp"

#include <algorithm>
#include <cassert>

#include "net/dns/reverse.hpp"

namespace warmfront {

namespace {

using dns::answer_kind;
using dns::record_type;

/// An address has a name or two; whoever publishes hundreds is not asked about all of them.
constexpr std::size_t reverse_names_max = 8;
/// Spamhaus and others answer so when they do not answer who asks.
constexpr const char* ipv4_test_address = "127.0.0.2";
constexpr std::string_view refusal_prefix = "127.255.255.";

std::string joined(const std::vector<std::string>& values) {
  std::string text;
  for (const auto& each : values)
    text += (text.empty() ? "" : ", ") + each;
  return text;
}

bool holds(const std::vector<std::string>& values, const std::string& value) {
  return std::ranges::find(values, value) != values.end();
}

std::vector<std::string> first_names(const dns::record_answer& found) {
  const auto count = std::min(found.values.size(), reverse_names_max);
  return {found.values.begin(), found.values.begin() + static_cast<std::ptrdiff_t>(count)};
}

/// What tells that an entry is there (RFC 5782 §2.1).
bool is_entry(const dns::record_answer& found) {
  return found.kind == answer_kind::found && !found.values.empty() &&
         std::ranges::all_of(found.values,
                             [](const auto& each) { return each.starts_with("127."); });
}

bool is_absent(const dns::record_answer& found) {
  return found.kind == answer_kind::no_domain || found.kind == answer_kind::no_data;
}

} // namespace

address_inspection::address_inspection(subject of, std::optional<result<void>> binding)
    : of_{std::move(of)}, binding_{std::move(binding)} {}

void address_inspection::want(std::vector<dns_question>& to, dns_question question) {
  if (asked_.insert(question).second)
    to.push_back(std::move(question));
}

const dns::record_answer* address_inspection::find(const dns_question& asked) const {
  const auto found = answers_.find(asked);
  return found == answers_.end() ? nullptr : &found->second;
}

record_type address_inspection::address_type() const {
  return of_.address.str().find(':') == std::string::npos ? record_type::a : record_type::aaaa;
}

dns_question address_inspection::listing(const std::string& address,
                                         const std::string& zone) const {
  return {dns::listing_name(address, zone), record_type::a};
}

std::vector<dns_question> address_inspection::take_questions() {
  std::vector<dns_question> next;
  const auto& address = of_.address.str();
  if (!of_.helo.empty()) {
    const dns_question reverse{dns::reverse_name(address), record_type::ptr};
    want(next, reverse);
    if (const auto* const names = find(reverse))
      for (const auto& each : first_names(*names))
        want(next, {each, address_type()});
    want(next, {of_.helo, record_type::a});
    want(next, {of_.helo, record_type::aaaa});
  }
  for (const auto& zone : of_.lists) {
    const auto entry = listing(address, zone);
    want(next, entry);
    want(next, listing(dns::listed_test_address(address), zone));
    want(next, listing(dns::unlisted_test_address(address), zone));
    want(next, listing(ipv4_test_address, zone)); // of lists that know no other addresses
    if (const auto* const found = find(entry); found != nullptr && is_entry(*found))
      want(next, {entry.name, record_type::txt});
  }
  return next;
}

void address_inspection::answer(const dns_question& asked, dns::record_answer found) {
  assert(asked_.contains(asked));
  answers_.insert_or_assign(asked, std::move(found));
}

std::vector<address_check> address_inspection::checks() const {
  assert(is_complete());
  std::vector<address_check> all;
  if (binding_)
    all.push_back(check_binding());
  if (!of_.helo.empty()) {
    all.push_back(check_reverse_name());
    all.push_back(check_helo());
  }
  for (const auto& zone : of_.lists)
    all.push_back(check_list(zone));
  return all;
}

address_check address_inspection::check_binding() const {
  if (*binding_)
    return {"binding", check_verdict::passed, "it can be sent from"};
  const auto& why = binding_->error();
  return {"binding", check_verdict::failed, why.what + "; " + why.remedy};
}

address_check address_inspection::check_reverse_name() const {
  const auto& address = of_.address.str();
  address_check check{"reverse_dns", check_verdict::unknown, {}};
  const auto& reverse = *find({dns::reverse_name(address), record_type::ptr});
  if (reverse.kind == answer_kind::failed) {
    check.text = "its reverse name is not known: " + reverse.why;
    return check;
  }
  if (reverse.values.empty())
    return {"reverse_dns", check_verdict::failed,
            "it has no reverse name: let its provider set a PTR record that names this mail host"};
  for (const auto& name : first_names(reverse)) {
    const auto& forward = *find({name, address_type()});
    if (holds(forward.values, address))
      return {"reverse_dns", check_verdict::passed, "its name is " + name};
    if (forward.kind == answer_kind::failed)
      check.text = "the addresses of its reverse name " + name + " are not known: " + forward.why;
  }
  if (check.text.empty())
    return {"reverse_dns", check_verdict::failed,
            "its reverse name " + joined(first_names(reverse)) +
                " does not have this address: publish one with it"};
  return check;
}

address_check address_inspection::check_helo() const {
  const auto& ipv4 = *find({of_.helo, record_type::a});
  const auto& ipv6 = *find({of_.helo, record_type::aaaa});
  const auto& own = of_.address.str();
  if (holds(ipv4.values, own) || holds(ipv6.values, own))
    return {"helo", check_verdict::passed, "the HELO name " + of_.helo + " has this address"};
  if (!ipv4.values.empty() || !ipv6.values.empty())
    return {"helo", check_verdict::passed,
            "the HELO name " + of_.helo + " has other addresses: " + joined(ipv4.values) +
                (ipv4.values.empty() || ipv6.values.empty() ? "" : ", ") + joined(ipv6.values)};
  for (const auto* const each : {&ipv4, &ipv6})
    if (each->kind == answer_kind::failed)
      return {"helo", check_verdict::unknown,
              "the addresses of the HELO name " + of_.helo + " are not known: " + each->why};
  return {"helo", check_verdict::failed,
          "the HELO name " + of_.helo + " has no address: publish one, or change node.hostname"};
}

address_check address_inspection::check_list(const std::string& zone) const {
  const auto name = "dns_list:" + zone;
  const auto& address = of_.address.str();
  const auto& entry = *find(listing(address, zone));
  const auto& listed = *find(listing(dns::listed_test_address(address), zone));
  const auto& unlisted = *find(listing(dns::unlisted_test_address(address), zone));
  for (const auto* const each : {&entry, &listed, &unlisted})
    if (each->kind == answer_kind::failed)
      return {name, check_verdict::unknown, zone + " does not answer: " + each->why};
  for (const auto* const each : {&entry, &listed})
    if (is_entry(*each) && each->values.front().starts_with(refusal_prefix))
      return {name, check_verdict::unknown,
              zone + " refuses to answer (" + each->values.front() +
                  "): use a name server of your own, or a key of the list"};
  const auto& ipv4 = *find(listing(ipv4_test_address, zone));
  if (is_absent(listed) && is_absent(unlisted) && is_absent(entry) && is_entry(ipv4))
    return {name, check_verdict::passed, zone + " lists IPv4 addresses only"};
  if (!is_entry(listed) || !is_absent(unlisted))
    return {name, check_verdict::unknown,
            zone + " is not a working list: it has no test entries (RFC 5782); remove it from "
                   "provisioning.dns_lists"};
  if (!is_entry(entry))
    return {name, check_verdict::passed, "it is not listed by " + zone};
  const auto* const why = find({listing(address, zone).name, record_type::txt});
  return {name, check_verdict::failed,
          "it is listed by " + zone + " (" + joined(entry.values) + ")" +
              (why == nullptr || why->values.empty() ? "" : ": " + why->values.front())};
}

bool is_waived(const std::string& name, const std::vector<std::string>& waived) {
  return holds(waived, name) || holds(waived, name.substr(0, name.find(':')));
}

bool all_passed(const std::vector<address_check>& checks, const std::vector<std::string>& waived) {
  return std::ranges::all_of(checks, [&](const address_check& each) {
    return each.verdict == check_verdict::passed || is_waived(each.name, waived);
  });
}

std::string shortcomings(const std::vector<address_check>& checks,
                         const std::vector<std::string>& waived) {
  std::string text;
  for (const auto& each : checks)
    if (each.verdict != check_verdict::passed && !is_waived(each.name, waived))
      text += (text.empty() ? "" : "; ") + each.text;
  return text;
}

} // namespace warmfront
