// A mail taken apart by GMime, to compare with what was put in.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "net/mime/mailbox.hpp"

namespace warmfront::testing {

struct parsed_attachment {
  std::string name;
  std::string type;
  std::string content;
};

class parsed_mail {
public:
  explicit parsed_mail(const std::string& content);
  ~parsed_mail();
  parsed_mail(const parsed_mail&) = delete;
  parsed_mail& operator=(const parsed_mail&) = delete;

  [[nodiscard]] std::string subject() const;
  /// The decoded value of a field.
  [[nodiscard]] std::string header(const std::string& name) const;
  [[nodiscard]] std::vector<mime::mailbox> mailboxes(const std::string& name) const;
  /// The parts in order, as `multipart/alternative(text/plain, text/html)`.
  [[nodiscard]] std::string structure() const;
  /// The decoded octets of the part of that type that is no attachment.
  [[nodiscard]] std::string text(const std::string& type) const;
  [[nodiscard]] std::vector<parsed_attachment> attachments() const;

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// Checks that every line ends in CRLF, contains neither alone, and is within 998 octets.
void check_lines(const std::string& content);

} // namespace warmfront::testing
