// What of ours is in a mail that came back.
#include <algorithm>
#include <charconv>
#include <string>

#include "actors/core/address.hpp"
#include "net/mime/header_block.hpp"
#include "net/reports/report_readers.hpp"

namespace warmfront::reports {

namespace {

constexpr std::size_t local_part_octets = 59; // net/feedback/token.hpp
constexpr std::size_t id_digits = 32;
constexpr std::size_t searched_octets_max = std::size_t{1} << 20;

bool is_base32(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7');
}

template <class Value>
void keep(std::vector<Value>& in, Value value) {
  if (in.size() < marks_max && std::ranges::find(in, value) == in.end())
    in.push_back(std::move(value));
}

/// Local parts of that length before an `@`, wherever they are: return path, VERP, mailto.
void find_local_parts(std::string_view text, returned_marks& into) {
  text = text.substr(0, searched_octets_max);
  for (auto at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    if (at < local_part_octets)
      continue;
    const auto candidate = text.substr(at - local_part_octets, local_part_octets);
    const bool begins = at == local_part_octets || !is_base32(text[at - local_part_octets - 1]);
    const char use = candidate.front();
    if (begins && (use == 'b' || use == 'B' || use == 'u' || use == 'U') &&
        std::ranges::all_of(candidate, is_base32))
      keep(into.local_parts, in_lower_case(candidate));
  }
}

/// `<ID@host>`, or `<ID.INDEX@host>` of a mail merge.
void read_message_id(const std::string& value, returned_marks& into) {
  const auto open = value.find('<');
  if (open == std::string::npos)
    return;
  const auto text = std::string_view{value}.substr(open + 1);
  const auto id = message_id::parse(text.substr(0, id_digits));
  if (!id || text.size() <= id_digits)
    return;
  if (text[id_digits] == '@') {
    into.message = id;
  } else if (text[id_digits] == '.') {
    const auto rest = text.substr(id_digits + 1);
    std::uint32_t index = 0;
    const auto* const end = rest.data() + rest.size();
    if (const auto [read, fault] = std::from_chars(rest.data(), end, index);
        fault == std::errc{} && read != end && *read == '@') {
      into.message = id;
      into.index = index;
    }
  }
}

/// The last piece of the path of each URL in List-Unsubscribe (RFC 2369).
void find_link_tokens(const std::string& value, returned_marks& into) {
  for (auto open = value.find('<'); open != std::string::npos; open = value.find('<', open + 1)) {
    const auto close = value.find('>', open);
    if (close == std::string::npos)
      return;
    const auto url = std::string_view{value}.substr(open + 1, close - open - 1);
    const auto slash = url.rfind('/');
    if (in_lower_case(url.substr(0, 4)) == "http" && slash != std::string_view::npos)
      keep(into.link_tokens, std::string{url.substr(slash + 1)});
  }
}

void read_returned_header(std::string_view header, returned_marks& into) {
  if (!into.message)
    read_message_id(field_value(header, "Message-ID"), into);
  find_link_tokens(field_value(header, "List-Unsubscribe"), into);
}

/// A header that was quoted in a text: from the first line that begins as one of ours would.
std::string_view quoted_header(std::string_view text) {
  const auto lower = in_lower_case(text);
  const auto at = std::min(lower.find("\nmessage-id:"), lower.find("\nlist-unsubscribe:"));
  return at == std::string::npos ? std::string_view{} : text.substr(at + 1);
}

} // namespace

returned_marks find_marks(const incoming_mail& mail) {
  returned_marks marks;
  find_local_parts(mail.content, marks);
  for (const auto& part : mail.parts) {
    // Encoded parts are not in the content as they read.
    find_local_parts(part.text, marks);
    if (part.type == "message/rfc822" || part.type == "text/rfc822-headers" ||
        part.type == "message/global" || part.type == "message/global-headers")
      read_returned_header(part.text, marks);
  }
  for (const auto& part : mail.parts)
    if (!marks.message && part.type == "text/plain")
      read_returned_header(quoted_header(part.text), marks);
  return marks;
}

} // namespace warmfront::reports
