#include "net/dkim/sign.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "net/dkim/canonical.hpp"
#include "net/dkim/hasher.hpp"

namespace warmfront::dkim {

namespace {

struct signed_name {
  std::string_view name;
  bool is_oversigned = false;
};

/// RFC 6376 §5.4.1 and RFC 8058 §4; Feedback-ID, without which no reports on complaints come.
/// Over-signed is what a reader sees or acts on.
constexpr std::array signed_names{
    signed_name{"From", true},
    signed_name{"To", true},
    signed_name{"Cc", true},
    signed_name{"Subject", true},
    signed_name{"Date", true},
    signed_name{"Message-ID", true},
    signed_name{"Reply-To", true},
    signed_name{"MIME-Version", true},
    signed_name{"Content-Type", true},
    signed_name{"List-Unsubscribe", true},
    signed_name{"List-Unsubscribe-Post", true},
    signed_name{"Sender"},
    signed_name{"In-Reply-To"},
    signed_name{"References"},
    signed_name{"Content-Transfer-Encoding"},
    signed_name{"Feedback-ID"},
    signed_name{"List-Id"},
    signed_name{"List-Help"},
    signed_name{"List-Subscribe"},
    signed_name{"List-Post"},
    signed_name{"List-Owner"},
    signed_name{"List-Archive"},
    signed_name{"Resent-Date"},
    signed_name{"Resent-From"},
    signed_name{"Resent-Sender"},
    signed_name{"Resent-To"},
    signed_name{"Resent-Cc"},
    signed_name{"Resent-Message-ID"},
};

/// More fields of these names are no mail, but an attack on whoever has to read `h=`.
constexpr std::size_t fields_max = 200;
constexpr std::size_t line_columns_max = 78;

/// What a thread signs with, kept from mail to mail: a signature allocates what it returns.
struct workspace {
  split_mail mail;
  std::string canonical; ///< of all signed fields
  std::vector<std::string_view> names;
  std::array<std::vector<std::size_t>, signed_names.size()> places;
  hasher body;
  hasher fields;
  hasher whole;
};

/// Finds the fields to sign; false when there are too many.
bool select_fields(workspace& with) {
  std::size_t found = 0;
  for (auto& each : with.places)
    each.clear();
  for (std::size_t place = 0; place < with.mail.fields.size(); ++place)
    for (std::size_t which = 0; which < signed_names.size(); ++which)
      if (const auto name = with.mail.fields[place].name;
          name.size() == signed_names[which].name.size() &&
          is_same_text(name, signed_names[which].name)) {
        with.places[which].push_back(place);
        ++found;
        break;
      }
  return found <= fields_max;
}

/// The canonical fields in the order of `names`: of several the last one comes first (§5.4.2).
void write_fields(workspace& with) {
  with.canonical.clear();
  with.names.clear();
  for (std::size_t which = 0; which < signed_names.size(); ++which) {
    auto& places = with.places[which];
    std::reverse(places.begin(), places.end());
    for (const auto place : places) {
      append_field(with.mail.fields[place], canonicalization::relaxed, with.canonical);
      with.canonical += "\r\n";
      with.names.push_back(signed_names[which].name);
    }
    if (signed_names[which].is_oversigned)
      with.names.push_back(signed_names[which].name);
  }
}

/// Text that goes on in another line before it grows too long.
class folded_text {
public:
  explicit folded_text(std::string start) : text_{std::move(start)}, columns_{text_.size()} {}
  /// Appends what must stay together, behind a blank or a fold.
  void add_word(std::string_view word) {
    if (columns_ + 1 + word.size() > line_columns_max)
      fold();
    else
      add(" ");
    add(word);
  }
  /// The same where no blank stands when it fits.
  void join(std::string_view word) {
    if (columns_ + word.size() > line_columns_max)
      fold();
    add(word);
  }
  /// Base64 may be cut anywhere (§3.5).
  void add_base64(std::string_view digits) {
    while (!digits.empty()) {
      if (columns_ >= line_columns_max)
        fold();
      const auto size = std::min(digits.size(), line_columns_max - columns_);
      add(digits.substr(0, size));
      digits.remove_prefix(size);
    }
  }
  [[nodiscard]] std::string& text() noexcept { return text_; }

private:
  void add(std::string_view what) {
    text_ += what;
    columns_ += what.size();
  }
  void fold() {
    text_ += "\r\n ";
    columns_ = 1;
  }

  std::string text_;
  std::size_t columns_;
};

/// The field up to its signature.
folded_text unsigned_field(const signer& by, const std::vector<std::string_view>& names,
                           std::string_view body_hash, std::string_view seconds) {
  std::string start;
  start.reserve(900);
  start += "DKIM-Signature: v=1; a=";
  start += to_string(by.key->what());
  start += "; c=relaxed/relaxed;";
  folded_text field{std::move(start)};
  field.add_word("d=" + by.domain + ';');
  field.add_word("s=" + by.selector + ';');
  std::string word{"t="};
  field.add_word(word.append(seconds).append(";"));
  for (std::size_t at = 0; at < names.size(); ++at) {
    word = at == 0 ? "h=" : "";
    word.append(names[at]).append(at + 1 < names.size() ? ":" : ";");
    if (at == 0)
      field.add_word(word);
    else
      field.join(word);
  }
  word = "bh=";
  field.add_word(word.append(body_hash).append(";"));
  field.add_word("b=");
  return field;
}

/// Labels of letters, digits, hyphens and underscores: nothing that could end the tag.
bool is_name(std::string_view text) noexcept {
  const auto is_fit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  return !text.empty() && text.size() <= 253 && std::all_of(text.begin(), text.end(), is_fit) &&
         text.front() != '.' && text.back() != '.';
}

result<void> append_signature(workspace& with, const signer& by, std::string_view body_hash,
                              std::string_view seconds, std::string& to) {
  if (by.key == nullptr || !is_name(by.domain) || !is_name(by.selector))
    return error{errc::invalid_argument,
                 "sign a mail as " + by.selector + "._domainkey." + by.domain +
                     ": a key and names of letters, digits and hyphens are needed",
                 {}};
  auto field = unsigned_field(by, with.names, body_hash, seconds);
  with.canonical.clear();
  append_field({"DKIM-Signature", field.text()}, canonicalization::relaxed, with.canonical);
  with.whole.begin(with.fields);
  with.whole.add(with.canonical);
  WARMFRONT_TRY(signature, by.key->sign(with.whole.finish()));
  field.add_base64(to_base64(signature));
  to += field.text();
  to += "\r\n";
  return success();
}

} // namespace

result<std::string> sign(std::string_view content, const std::vector<signer>& signers,
                         wall_time now, std::string_view added) {
  thread_local workspace with;
  split(added, with.mail);
  append_mail(content, with.mail);
  if (!select_fields(with))
    return error{errc::invalid_argument,
                 "sign a mail: it has more than " + std::to_string(fields_max) +
                     " fields of the names to sign",
                 {}};
  if (with.places.front().empty()) // RFC 6376 §5.4: From is signed
    return error{errc::invalid_argument, "sign a mail: it has no From", {}};
  write_fields(with);
  with.body.begin();
  add_body(with.mail.body, canonicalization::relaxed, with.body);
  const auto body_hash = to_base64(octets_of(with.body.finish()));
  const auto seconds = std::to_string(
      std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
  with.fields.begin();
  with.fields.add(with.canonical);
  std::string signatures;
  for (const auto& each : signers) {
    WARMFRONT_TRY(append_signature(with, each, body_hash, seconds, signatures));
  }
  return signatures;
}

} // namespace warmfront::dkim
