#include "net/smtp/client_extensions.hpp"

#include <algorithm>
#include <charconv>

#include "actors/core/octets.hpp"
#include "net/smtp/xtext.hpp"

namespace warmfront::smtp {

namespace {

bool same_word(std::string_view left, std::string_view right) noexcept {
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char a, char b) { return upper(a) == upper(b); });
}

void take_keyword(client_extensions& found, std::string_view line) {
  const std::string_view keyword = line.substr(0, line.find(' '));
  if (same_word(keyword, "PIPELINING")) {
    found.pipelining = true;
  } else if (same_word(keyword, "8BITMIME")) {
    found.eight_bit_mime = true;
  } else if (same_word(keyword, "SMTPUTF8")) {
    found.smtputf8 = true;
  } else if (same_word(keyword, "DSN")) {
    found.dsn = true;
  } else if (same_word(keyword, "STARTTLS")) {
    found.starttls = true;
  } else if (same_word(keyword, "REQUIRETLS")) {
    found.requiretls = true;
  } else if (same_word(keyword, "SIZE")) {
    found.size = true;
    if (keyword.size() < line.size()) {
      const char* end = line.data() + line.size();
      // A number that does not fit or is none counts as no limit: the server will tell.
      std::uint64_t octets = 0;
      const auto parsed = std::from_chars(line.data() + keyword.size() + 1, end, octets);
      found.size_octets_max = parsed.ec == std::errc{} ? octets : 0;
    }
  }
}

std::uint64_t octets_of(const transmission& mail, const content_facts& facts) noexcept {
  const std::size_t content =
      mail.prefix.size() + (mail.content == nullptr ? 0 : mail.content->size());
  return content + (facts.ends_with_line_end ? 0 : 2);
}

bool needs_smtputf8(const transmission& mail, const content_facts& facts) noexcept {
  return (mail.smtputf8 && facts.eight_bit_header) || !is_ascii(mail.reverse_path) ||
         std::any_of(mail.recipients.begin(), mail.recipients.end(),
                     [](const envelope_recipient& r) { return !is_ascii(r.address); });
}

void append_notify(std::string& out, notify wanted) {
  if (has(wanted, notify::never)) {
    out += " NOTIFY=NEVER";
    return;
  }
  const char* separator = " NOTIFY=";
  const auto append = [&](notify bit, std::string_view word) {
    if (has(wanted, bit)) {
      out += separator;
      out += word;
      separator = ",";
    }
  };
  append(notify::success, "SUCCESS");
  append(notify::failure, "FAILURE");
  append(notify::delay, "DELAY");
}

} // namespace

client_extensions parse_extensions(std::string_view text) {
  client_extensions found;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    text.remove_prefix(end + 1);
    take_keyword(found, text.substr(0, text.find('\n')));
  }
  return found;
}

reply requiretls_missing() {
  return {550, "5.7.30", "the mail demands REQUIRETLS, and the host does not offer it"};
}

std::optional<reply> refusal_of(const transmission& mail, const content_facts& facts,
                                const client_extensions& offered) {
  if (mail.require_tls && !offered.requiretls) {
    return requiretls_missing();
  }
  if (facts.bare_line_end) {
    return reply{554, "5.6.0", "the content has a bare CR or LF, which must not be sent"};
  }
  if (!is_sendable_address(mail.reverse_path)) {
    return reply{553, "5.1.7", "the reverse-path cannot be written in a MAIL command"};
  }
  if (offered.size_octets_max > 0 && octets_of(mail, facts) > offered.size_octets_max) {
    return reply{552, "5.3.4",
                 "message of " + std::to_string(octets_of(mail, facts)) +
                     " octets is over the host's limit of " +
                     std::to_string(offered.size_octets_max)};
  }
  if (needs_smtputf8(mail, facts) && !offered.smtputf8) {
    return reply{554, "5.6.7", "SMTPUTF8 is needed, and the host does not offer it"};
  }
  if (mail.body == body_encoding::binary) {
    return reply{554, "5.6.3", "binary content cannot be sent, and conversion is not supported"};
  }
  if (facts.eight_bit && !offered.eight_bit_mime) {
    return reply{554, "5.6.3", "8-bit content, and the host does not offer 8BITMIME"};
  }
  return std::nullopt;
}

bool is_sendable_address(std::string_view address) noexcept {
  bool quoted = false;
  for (std::size_t at = 0; at < address.size(); ++at) {
    const char c = address[at];
    if ((c >= 0 && c < ' ') || c == 0x7f) {
      return false;
    }
    if (quoted && c == '\\') {
      ++at;
      if (at == address.size() || (address[at] >= 0 && address[at] < ' ') || address[at] == 0x7f) {
        return false;
      }
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '<' || c == '>' || c == ' ')) {
      return false;
    }
  }
  return !quoted;
}

void append_mail(std::string& out, const transmission& mail, const content_facts& facts,
                 const client_extensions& offered) {
  out += "MAIL FROM:<";
  out += mail.reverse_path;
  out += '>';
  if (offered.size) {
    out += " SIZE=";
    out += std::to_string(octets_of(mail, facts));
  }
  if (offered.eight_bit_mime && (facts.eight_bit || mail.body == body_encoding::eight_bit)) {
    out += " BODY=8BITMIME";
  }
  if (offered.smtputf8 && (mail.smtputf8 || needs_smtputf8(mail, facts))) {
    out += " SMTPUTF8";
  }
  if (mail.require_tls) {
    out += " REQUIRETLS";
  }
  if (offered.dsn && mail.ret != return_content::unspecified) {
    out += mail.ret == return_content::full ? " RET=FULL" : " RET=HDRS";
  }
  if (offered.dsn && !mail.envelope_id.empty() && is_xtext(mail.envelope_id)) {
    out += " ENVID=";
    out += mail.envelope_id;
  }
  out += "\r\n";
}

void append_rcpt(std::string& out, const envelope_recipient& recipient,
                 const client_extensions& offered) {
  out += "RCPT TO:<";
  out += recipient.address;
  out += '>';
  if (offered.dsn) {
    append_notify(out, recipient.notify_on);
    if (!recipient.original_recipient.empty() &&
        is_xtext(recipient.original_recipient, offered.smtputf8)) {
      out += " ORCPT=";
      out += recipient.original_recipient;
    }
  }
  out += "\r\n";
}

} // namespace warmfront::smtp
